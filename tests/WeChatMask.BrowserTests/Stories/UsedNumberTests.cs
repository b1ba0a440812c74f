using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>Somebody whose number was used reads in their own phone what to do and gets the goods at the counter by their card.</summary>
public sealed class UsedNumberTests
{
    private const int Person = 1;

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task The_owner_is_refused_follows_the_link_and_collects_with_the_card(bool script, bool isOld)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var stranger = await host.NewResidentAsync(Person, "o-stranger", "13900000009");
        await using var strangers = await OpenAsync(host, "o-stranger", script, isOld);
        await strangers.Page.GotoAsync("/book");
        await new BookPage(strangers.Page.MainFrame).At("LD03").ClickAsync();
        var number = await new BookingPage(strangers.Page.MainFrame).NumberAsync();
        var before = await PersonsAsync(strangers);

        await using var owners = await OpenAsync(host, "o-owner", script, isOld);
        var page = owners.Page;
        await page.GotoAsync("/residents?next=book");
        await new ResidentsPage(page.MainFrame).RegisterAsync(Person);
        await page.ArriveAsync("/book$");
        await new BookPage(page.MainFrame).At("LD01").ClickAsync();
        var refusal = new BookPage(page.MainFrame).Refusal;
        await Assertions.Expect(refusal).ToBeVisibleAsync();
        Assert.DoesNotContain(number, await page.ContentAsync(), StringComparison.Ordinal);
        var help = refusal.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "不是我约的" });
        await Assertions.Expect(help).ToBeVisibleAsync();
        await help.ClickAsync();
        await page.ArriveAsync("/not-mine$");
        await Assertions.Expect(page.Locator("#booked ~ ol")).ToContainTextAsync("带上您本人的身份证");
        Assert.Equal(before, await PersonsAsync(strangers));

        await host.SetClockAsync("2020-02-11T09:30:00+08:00");
        await using var clerks = await BrowserPhone.OpenAsync(host, new PhoneOptions(JavaScript: script, IsOld: isOld));
        var counter = new CounterPage(clerks.Page);
        await counter.LogInAsync("clerk-ld03", "clerk-demo");
        await counter.CheckAsync(People.IdNumber(Person), "");
        await Assertions.Expect(counter.Verdict("Valid")).ToBeVisibleAsync();
        await counter.HandOver.ClickAsync();
        await Assertions.Expect(counter.Verdict("Redeemed")).ToBeVisibleAsync();

        foreach (var path in new[] { "/residents", "/bookings", $"/bookings/{number}", "/my-data" })
        {
            await strangers.Page.GotoAsync(path);
            var seen = await strangers.Page.ContentAsync();
            Assert.All(["o-owner", People.Mobile(Person), People.Mobile(Person)[^4..]], secret => Assert.DoesNotContain(secret, seen, StringComparison.Ordinal));
        }

        owners.AssertQuiet();
        clerks.AssertQuiet();
    }

    private static async Task<string> PersonsAsync(BrowserPhone phone)
    {
        await phone.Page.GotoAsync("/residents");
        return string.Join('\n', await phone.Page.Locator(".person-name").AllInnerTextsAsync()) + await phone.Page.Locator("[data-claim]").CountAsync();
    }

    private static async Task<BrowserPhone> OpenAsync(SandboxHost host, string openId, bool script, bool isOld)
    {
        var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(openId, JavaScript: script, IsOld: isOld));
        await phone.LogInAsync();
        return phone;
    }
}
