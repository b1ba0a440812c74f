using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.PageObjects;

/// <summary>The sandbox's page on which people cheat.</summary>
internal sealed class CheatPage(IPage page)
{
    public ILocator Door => page.Locator(".cheat-door a");

    public ILocator Undo => page.Locator("#undo");

    public ILocator Did => page.Locator("#did-text");

    public ILocator Blind => page.Locator("#blind");

    public ILocator Tally => page.Locator("#tally");

    public ILocator Command => page.Locator(".command code");

    public ILocator Cheat(string kind) => page.Locator($".cheat[data-kind={kind}]");

    /// <summary>A witness who says that they have found something, that they have not, or that all fits.</summary>
    public ILocator Witness(string name, string state) => page.Locator($"[data-witness={name}][data-state={state}]");
}
