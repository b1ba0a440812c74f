using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A complaint goes from a citizen's phone to a supervisor's desk, to the pharmacy and back; and the morning as a supervisor looks through it.</summary>
public sealed class CaseStoryTests
{
    private const string Written = "店员说今天没有货，让我明天再来。";
    private const string Question = "二月十日晚上为什么没有发？";
    private const string Reply = "当时货还在路上，第二天已经补发。";
    private const string Told = "药店当晚货没有到，没有提前说明，已责令改正。";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_citizen_complains_with_a_picture_and_reads_what_came_out(bool script)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(1, "o-1");
        var booking = (await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-1", JavaScript: script));
        await phone.Page.GotoAsync("/login?returnUrl=%2Fcomplaints%2Fnew");
        await phone.Page.Locator("#Kind").SelectOptionAsync("Refused");
        await phone.Page.Locator("#Booking").SelectOptionAsync(booking);
        await phone.Page.Locator("#Photo").SetInputFilesAsync(new FilePayload { Name = "货架.png", MimeType = "image/png", Buffer = await phone.Page.ScreenshotAsync() });
        // What is missing is said, and nothing of the rest is lost but the picture, which a browser does not keep.
        await phone.Page.Locator("form button[type=submit]").Last.ClickAsync();
        await Assertions.Expect(phone.Page.Locator("#What-fault")).ToBeVisibleAsync();
        await Assertions.Expect(phone.Page.Locator("#Kind")).ToHaveValueAsync("Refused");
        await phone.Page.Locator("#What").FillAsync(Written);
        await phone.Page.Locator("#Photo").SetInputFilesAsync(new FilePayload { Name = "货架.png", MimeType = "image/png", Buffer = await phone.Page.ScreenshotAsync() });
        await phone.Page.Locator("form button[type=submit]").Last.ClickAsync();
        await phone.Page.ArriveAsync("/complaints/.*sent=true");
        await Assertions.Expect(phone.Page.Locator("#done")).ToContainTextAsync("已收到");
        var number = new Uri(phone.Page.Url).AbsolutePath.Split('/')[^1];
        Assert.Equal(390, await phone.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));

        await WorkAsync(host, number, script);

        await phone.Page.GotoAsync("/complaints");
        await phone.Page.Locator($"a[href='/complaints/{number}']").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("[data-outcome=PartlyFounded]")).ToContainTextAsync(Told);
        await Assertions.Expect(phone.Page.Locator("main")).Not.ToContainTextAsync(Reply);
        if (script) Assert.Empty(await Axe.ViolationsAsync(phone.Page));
        phone.AssertQuiet();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_supervisor_looks_through_the_morning_by_keyboard(bool script)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T17:31:00+08:00");
        using var resident = await host.NewResidentAsync(1);
        Assert.Equal(201, (await resident.BookAsync("CZ007", "a")).Status);
        await host.SetClockAsync("2020-02-13T10:30:00+08:00");
        await using var desk = await DeskAsync(host, "supervisor", script);
        var keyboard = new Keyboard(desk.Page);
        await desk.Page.GotoAsync("/supervisor/today");
        await Assertions.Expect(desk.Page.Locator(".tiles dd").First).ToHaveTextAsync("1");
        await keyboard.TypeAsync("#q", "CZ007");
        await desk.Page.Keyboard.PressAsync("Enter");
        await desk.Page.ArriveAsync("q=CZ007");
        await keyboard.PressAsync("a[href='/supervisor/pharmacies/CZ007']", "Enter");
        await desk.Page.ArriveAsync("/supervisor/pharmacies/CZ007$");
        await Assertions.Expect(desk.Page.Locator("h1")).ToBeVisibleAsync();
        if (script) Assert.Empty(await Axe.ViolationsAsync(desk.Page));
        desk.AssertQuiet();
    }

    // The supervisor asks and closes, the pharmacy's lead answers in between; no mouse.
    private static async Task WorkAsync(SandboxHost host, string number, bool script)
    {
        await using var desk = await DeskAsync(host, "supervisor", script);
        var keyboard = new Keyboard(desk.Page);
        await desk.Page.GotoAsync("/supervisor/cases");
        await keyboard.PressAsync($"a[href='/supervisor/cases/{number}']", "Enter");
        await Assertions.Expect(desk.Page.Locator(".words").First).ToHaveTextAsync(Written);
        await desk.Page.Locator(".case-photo").ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(desk.Page.Locator(".case-photo")).ToHaveJSPropertyAsync("complete", true);
        Assert.True(await desk.Page.Locator(".case-photo").EvaluateAsync<int>("i => i.naturalWidth") > 0);
        await keyboard.PressAsync("[formaction*=Take]", "Enter");
        await Assertions.Expect(desk.Page.Locator(".history li")).ToHaveCountAsync(2);
        await keyboard.TypeAsync("#question", Question);
        await keyboard.PressAsync("[formaction*=Ask]", "Enter");
        await Assertions.Expect(desk.Page.Locator(".history li")).ToHaveCountAsync(3);

        await using (var lead = await DeskAsync(host, "lead-ld01", script))
        {
            var keys = new Keyboard(lead.Page);
            await lead.Page.GotoAsync("/pharmacy/cases");
            await Assertions.Expect(lead.Page.Locator("main")).Not.ToContainTextAsync(Written);
            await keys.TypeAsync("textarea[name=Words]", Reply);
            await keys.PressAsync("main button[type=submit]", "Enter");
            await Assertions.Expect(lead.Page.Locator(".advice[role=status]")).ToBeVisibleAsync();
            if (script) Assert.Empty(await Axe.ViolationsAsync(lead.Page));
        }

        await desk.Page.GotoAsync($"/supervisor/cases/{number}");
        await Assertions.Expect(desk.Page.Locator(".history")).ToContainTextAsync(Reply);
        await keyboard.PressAsync("#outcome", "ArrowDown");
        await desk.Page.Keyboard.PressAsync("ArrowDown");
        await keyboard.TypeAsync("#words", Told);
        await keyboard.PressAsync("[formaction*=Preview]", "Enter");
        await Assertions.Expect(desk.Page.Locator("[data-preview]")).ToContainTextAsync(Told);
        if (script) Assert.Empty(await Axe.ViolationsAsync(desk.Page));
        await keyboard.PressAsync("[data-preview] button", "Enter");
        await Assertions.Expect(desk.Page.Locator(".history li")).ToHaveCountAsync(5);
        desk.AssertQuiet();
    }

    private static async Task<BrowserPhone> DeskAsync(SandboxHost host, string who, bool script)
    {
        var desk = await BrowserPhone.OpenAsync(host, new PhoneOptions(JavaScript: script, Width: 1280, Height: 900));
        await desk.LogInAsync(who, $"{who.Split('-')[0]}-demo");
        return desk;
    }
}
