using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;

namespace WeChatMask.BrowserTests.PageObjects;

/// <summary>The counter of a pharmacy: its log-in, its form, the verdict.</summary>
internal sealed class CounterPage(IPage page)
{
    public ILocator HandOver => page.Locator(".verdict button[data-act=redeem]");

    /// <summary>The verdict that fills the screen.</summary>
    public ILocator Verdict(string verdict) => page.Locator($".verdict[data-verdict={verdict}]");

    /// <summary>Logs in.</summary>
    public async Task LogInAsync(string username, string password)
    {
        await page.GotoAsync("/pharmacy");
        await page.Locator("[name=username]").FillAsync(username);
        await page.Locator("[name=password]").FillAsync(password);
        await page.Locator("form:has([name=password]) button").ClickAsync();
        await page.ArriveAsync("/pharmacy$");
    }

    /// <summary>Types what a resident says, and looks.</summary>
    public async Task CheckAsync(string number, string lastFour)
    {
        await page.Locator("#code").FillAsync(number);
        await page.Locator("#lastFour").FillAsync(lastFour);
        await page.Locator("form[data-counter] button[data-act=check]").ClickAsync();
    }
}
