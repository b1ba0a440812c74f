using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.PageObjects;

/// <summary>The sandbox: a phone with its chat and its browser, the clock, the inbox.</summary>
internal sealed class SandboxPage(IPage page)
{
    public ILocator Follow => page.Locator("#follow-go");

    public ILocator Replies => page.Locator("#chat .bubble:not(.mine):not(.quiet)");

    public ILocator Messages => page.Locator("#inbox li");

    public ILocator Tomorrow => page.Locator("[data-step=tomorrow] button");

    public ILocator Day => page.Locator("#clock-day");

    public ILocator CloseBrowser => page.Locator("#web-close");

    /// <summary>An entry of the account's menu that opens a page.</summary>
    public ILocator MenuEntry(string path) => page.Locator($"#menu [data-path='{path}']");

    /// <summary>The page inside the phone.</summary>
    public async Task<IFrame> BrowserAsync()
    {
        var frame = await page.Locator("#web-place iframe").ElementHandleAsync();
        return await frame.ContentFrameAsync() ?? throw new InvalidOperationException("The phone shows no page.");
    }
}
