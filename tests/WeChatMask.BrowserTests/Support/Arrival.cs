using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Support;

/// <summary>Waits for a page that something else has led to.</summary>
/// <remarks>The driver's own wait looks at the address first and listens afterwards: a page that comes in between is waited for in vain.</remarks>
internal static class Arrival
{
    /// <summary>Waits until the page at this address is there whole.</summary>
    /// <param name="page">Where it is shown.</param>
    /// <param name="address">A pattern that its address has.</param>
    public static Task ArriveAsync(this IPage page, string address) => page.MainFrame.ArriveAsync(address);

    /// <inheritdoc cref="ArriveAsync(IPage, string)" />
    public static async Task ArriveAsync(this IFrame frame, string address)
    {
        await frame.ComeAsync(address);
        await Assertions.Expect(frame.Locator(":root")).ToHaveJSPropertyAsync("ownerDocument.readyState", "complete");
    }

    /// <summary>Waits until the page at this address has begun to come.</summary>
    /// <inheritdoc cref="ArriveAsync(IPage, string)" />
    public static Task ComeAsync(this IFrame frame, string address)
    {
        var pattern = new Regex(address, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return Eventually.UntilAsync(() => pattern.IsMatch(frame.Url));
    }
}
