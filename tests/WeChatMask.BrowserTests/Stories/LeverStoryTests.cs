using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Domain;
using WeChatMask.Pages.Supervisor;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>On a bad day a supervisor at a desk sees what a lever does, presses it with the keyboard alone, and it is so.</summary>
public sealed class LeverStoryTests
{
    private const int DeskWidth = 1280;
    private const int DeskHeight = 900;
    private const int People = 4;

    [Theory]
    [InlineData(LeverKind.Pause, "2020-02-10T19:00:00+08:00", "不再接受预约", "预约暂停")]
    [InlineData(LeverKind.Postpone, "2020-02-10T18:30:00+08:00", "开放时间从", "推迟到 2月10日 20:30 开放")]
    [InlineData(LeverKind.Annul, "2020-02-11T09:05:00+08:00", "4 个预约作废", "已作废")]
    [InlineData(LeverKind.Withdraw, "2020-02-11T09:05:00+08:00", "4 个待领预约连同名额和货转到其他药店", "改到其他药店")]
    public async Task A_lever_is_shown_and_pressed_by_the_keyboard(LeverKind kind, string at, string effect, string done)
    {
        await using var host = await SandboxHost.StartAsync("loudi", kind == LeverKind.Postpone ? at : "2020-02-10T19:00:00+08:00");
        var numbers = kind == LeverKind.Postpone ? [] : await BookAsync(host);
        await host.SetClockAsync(at);
        await using var desk = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: DeskWidth, Height: DeskHeight));
        await desk.LogInAsync(DemoStaffStore.Supervisor, DemoStaffStore.SupervisorPassword);
        await desk.GoAsync("/supervisor/levers");
        var keys = new Keyboard(desk.Page);

        for (var i = 0; i < LeversModel.Kinds.ToList().IndexOf(kind); i++) await (i == 0 ? keys.PressAsync("#kind", "ArrowDown") : desk.Page.Keyboard.PressAsync("ArrowDown"));
        // The round that is handed out stands behind the one that opens this evening.
        if (kind is LeverKind.Annul or LeverKind.Withdraw) await keys.PressAsync("#date", "ArrowDown");
        if (kind == LeverKind.Postpone) await keys.TypeAsync("#time", "20:30");
        if (kind == LeverKind.Withdraw) await keys.TypeAsync("#pharmacy", "LD01");
        await keys.TypeAsync("#reason", "店里进水");
        await desk.Page.Keyboard.PressAsync("Enter");
        var preview = desk.Page.Locator("[data-preview]");
        await Assertions.Expect(preview).ToContainTextAsync(effect);
        await Assertions.Expect(preview.Locator("[data-sentence]")).ToContainTextAsync("店里进水");
        Assert.Empty(await Layout.OverflowAsync(desk.Page, DeskWidth));
        Assert.Empty(await Axe.ViolationsAsync(desk.Page));
        await keys.PressAsync("[data-preview] button", "Enter");
        await desk.Page.ArriveAsync("/supervisor/levers$");
        await Assertions.Expect(desk.Page.Locator("[data-lever]")).ToContainTextAsync(done);
        await host.AdvanceAsync("PT10S");
        await desk.GoAsync("/supervisor/levers");
        await Assertions.Expect(desk.Page.Locator("[data-lever]")).ToContainTextAsync("已完成");

        if (kind == LeverKind.Withdraw) await AssertCollectedAsync(host, numbers[0]);
        await host.AssertSoundAsync();
        desk.AssertQuiet();
    }

    /// <summary>The code that was made before says the old pharmacy: there it is told where to go, and at the new one it is good.</summary>
    private static async Task AssertCollectedAsync(SandboxHost host, (string Number, string Voucher) booking)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-1"));
        await phone.LogInAsync();
        await phone.GoAsync($"/bookings/{booking.Number}");
        await Assertions.Expect(phone.Page.Locator(".pickup")).ToContainTextAsync("请到下面这家药店领取");
        using var owner = await host.PhoneAsync("o-1");
        var at = (await owner.GetJsonAsync($"/api/bookings/{booking.Number}")).GetProperty("pharmacyCode").GetString()!;

        await using var old = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        var counter = new PageObjects.CounterPage(old.Page);
        await counter.LogInAsync("clerk-ld01", DemoStaffStore.ClerkPassword);
        await counter.CheckAsync(booking.Voucher, "");
        await Assertions.Expect(counter.Verdict("OtherPharmacy")).ToContainTextAsync($"请居民到 {at}");

        await using var there = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        counter = new PageObjects.CounterPage(there.Page);
        await counter.LogInAsync($"clerk-{at.ToLowerInvariant()}", DemoStaffStore.ClerkPassword);
        await counter.CheckAsync(booking.Voucher, "");
        await counter.HandOver.ClickAsync();
        await Assertions.Expect(counter.Verdict("Redeemed")).ToBeVisibleAsync();
    }

    private static async Task<List<(string Number, string Voucher)>> BookAsync(SandboxHost host)
    {
        var booked = new List<(string, string)>();
        for (var i = 1; i <= People; i++)
        {
            using var phone = await host.NewResidentAsync(i);
            var number = (await phone.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
            booked.Add((number, (await phone.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("voucher").GetString()!));
        }

        return booked;
    }
}
