using Microsoft.Playwright;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.PageObjects;

/// <summary>The page where persons are registered.</summary>
internal sealed class ResidentsPage(IFrame page)
{
    public ILocator Name => page.Locator("#name");

    public ILocator IdNumber => page.Locator("#idNumber");

    public ILocator Mobile => page.Locator("#mobile");

    public ILocator Consent => page.Locator("input[name=consent]");

    public ILocator Send => page.Locator("form:has(#name) button.weui-btn_primary");

    public ILocator Refusal => page.Locator(".refused");

    public ILocator Persons => page.Locator(".person-name");

    /// <summary>Fills the form in for the i-th made-up person and sends it.</summary>
    public async Task RegisterAsync(int person)
    {
        await Name.FillAsync("张三丰");
        await IdNumber.FillAsync(People.IdNumber(person));
        await Mobile.FillAsync(People.Mobile(person));
        Assert.False(await Consent.IsCheckedAsync(), "The box of the consent is ticked before anybody has ticked it.");
        await Consent.CheckAsync();
        await Send.ClickAsync();
    }
}
