using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>The whole product as a newcomer meets it in the sandbox, from following the account to the hand-over.</summary>
public sealed class LoudiStoryTests
{
    private const int Person = 11;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task From_following_the_account_to_the_hand_over(bool large, bool isOld)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(LargeType: large, IsOld: isOld));
        var page = phone.Page;
        var sandbox = new SandboxPage(page);
        await page.GotoAsync("/sandbox");
        await sandbox.Follow.ClickAsync();
        await Assertions.Expect(sandbox.Replies).ToHaveCountAsync(1);

        await sandbox.MenuEntry("/book").ClickAsync();
        var inside = await sandbox.BrowserAsync();
        await new BookPage(inside).Register.ClickAsync();
        await new ResidentsPage(inside).RegisterAsync(Person);
        await inside.ArriveAsync("/book$");
        Assert.Equal(large, await inside.EvaluateAsync<bool>("() => document.documentElement.classList.contains('large')"));
        await new BookPage(inside).At("LD01").ClickAsync();
        var booking = new BookingPage(inside);
        var number = await booking.NumberAsync();
        await booking.Code.WaitForAsync();
        Assert.True(await booking.ShowsCodeAsync(), "The code's picture did not arrive.");

        await sandbox.Tomorrow.ClickAsync();
        await Assertions.Expect(sandbox.Day).ToContainTextAsync("2月11日");
        await Assertions.Expect(sandbox.Messages.First).ToContainTextAsync(number);

        await HandOverAsync(phone, number);
        phone.AssertQuiet();
        await page.GotoAsync($"/bookings/{number}");
        Assert.Equal(0, await new BookingPage(page.MainFrame).Code.CountAsync());
        await Assertions.Expect(page.Locator("[data-status=Redeemed]")).ToBeVisibleAsync();
    }

    private static async Task HandOverAsync(BrowserPhone phone, string number)
    {
        var counter = new CounterPage(phone.Page);
        await counter.LogInAsync("clerk-ld01", "clerk-demo");
        await counter.CheckAsync(number, People.IdNumber(Person)[^4..]);
        await Assertions.Expect(counter.Verdict("Valid")).ToBeVisibleAsync();
        await counter.HandOver.ClickAsync();
        await Assertions.Expect(counter.Verdict("Redeemed")).ToBeVisibleAsync();
        // The same number again is told apart at a glance.
        await phone.Page.GotoAsync("/pharmacy");
        await counter.CheckAsync(number, People.IdNumber(Person)[^4..]);
        await Assertions.Expect(counter.Verdict("AlreadyRedeemed")).ToBeVisibleAsync();
    }
}
