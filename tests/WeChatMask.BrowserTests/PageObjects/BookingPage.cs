using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;

namespace WeChatMask.BrowserTests.PageObjects;

/// <summary>The page of one booking.</summary>
internal sealed class BookingPage(IFrame page)
{
    public ILocator Digits => page.Locator(".digits.huge");

    public ILocator Code => page.Locator("img.qr");

    /// <summary>Waits for the page and gives the booking number as it is shown, without the gaps between its groups.</summary>
    public async Task<string> NumberAsync()
    {
        await page.ArriveAsync("/bookings/[0-9]{11}$");
        return string.Concat((await Digits.InnerTextAsync()).Where(char.IsAsciiDigit));
    }

    /// <summary>Whether the picture of the voucher has really arrived.</summary>
    public Task<bool> ShowsCodeAsync() => Code.EvaluateAsync<bool>("i => i.complete && i.naturalWidth > 0");
}
