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
    public static Task ArriveAsync(this IFrame frame, string address)
    {
        var pattern = Pattern(address);
        return Eventually.UntilAsync(async () => pattern.IsMatch(frame.Url) && await IsCompleteAsync(frame));
    }

    /// <summary>Waits until the page at this address has begun to come.</summary>
    /// <inheritdoc cref="ArriveAsync(IPage, string)" />
    public static Task ComeAsync(this IFrame frame, string address)
    {
        var pattern = Pattern(address);
        return Eventually.UntilAsync(() => pattern.IsMatch(frame.Url));
    }

    private static Regex Pattern(string address) => new(address, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    // Not by the driver's expectation: where that has to wait it describes the page by what old browsers do not have.
    private static async Task<bool> IsCompleteAsync(IFrame frame)
    {
        try
        {
            return await frame.EvaluateAsync<string>("() => document.readyState") == "complete";
        }
        catch (PlaywrightException)
        {
            // The next page came while this one was asked.
            return false;
        }
    }
}
