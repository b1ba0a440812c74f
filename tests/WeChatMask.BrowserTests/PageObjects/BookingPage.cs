using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.PageObjects;

/// <summary>The page of one booking.</summary>
internal sealed partial class BookingPage(IFrame page)
{
    public ILocator Digits => page.Locator(".digits.huge");

    public ILocator Code => page.Locator("img.qr");

    /// <summary>Waits for the page and gives the booking number as it is shown, without the gaps between its groups.</summary>
    public async Task<string> NumberAsync()
    {
        await page.WaitForURLAsync(Address());
        return string.Concat((await Digits.InnerTextAsync()).Where(char.IsAsciiDigit));
    }

    /// <summary>Whether the picture of the voucher has really arrived.</summary>
    public Task<bool> ShowsCodeAsync() => Code.EvaluateAsync<bool>("i => i.complete && i.naturalWidth > 0");

    [GeneratedRegex("/bookings/[0-9]{11}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Address();
}
