using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.PageObjects;

/// <summary>The page where one chooses a pharmacy and books.</summary>
internal sealed class BookPage(IFrame page)
{
    public ILocator Register => page.Locator("a[href^='/residents?next=book']");

    public ILocator Buttons => page.Locator("button.pick:not([disabled])");

    public ILocator Refusal => page.Locator("#answer .refused");

    public ILocator Wait => page.Locator("dialog#wait[open]");

    public ILocator StopWaiting => page.Locator("dialog#wait [data-stop]");

    /// <summary>The button of one pharmacy.</summary>
    public ILocator At(string code) => page.Locator($"button.pick[value='{code}']");
}
