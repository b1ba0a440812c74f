using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>Supervisors follow an opening: at a desk, on a wall, and without a script.</summary>
public sealed class LiveStoryTests
{
    private const string Path = "/supervisor/live";
    private const string Opening = "2020-02-10T19:00:00+08:00";

    [Fact]
    public async Task The_page_says_what_the_API_says_while_people_book_and_its_tables_say_what_its_curves_show()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await using var desk = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: 1280, Height: 900));
        await desk.LogInAsync("supervisor", "supervisor-demo");
        var page = desk.Page;
        await page.GotoAsync(Path);
        await Assertions.Expect(Figure(page, "state")).ToHaveTextAsync("19:00 开始预约");
        await Assertions.Expect(page.Locator("[data-curve] canvas")).ToHaveCountAsync(2);

        await host.SetClockAsync(Opening);
        var people = new List<ResidentPhone>();
        for (var i = 0; i < 3; i++) people.Add(await host.NewResidentAsync(i));
        foreach (var person in people)
        {
            Assert.Equal(201, (await person.BookAsync("LD01", "a")).Status);
            Assert.Equal(409, (await person.BookAsync("LD02", "b")).Status);
        }

        await Assertions.Expect(Figure(page, "state")).ToContainTextAsync("正在预约");
        await Assertions.Expect(Figure(page, "booked")).ToHaveTextAsync("3");
        await Assertions.Expect(page.Locator("[data-rows=refusals] tr")).ToContainTextAsync(["本期已有预约"]);
        using var supervisor = await host.SupervisorAsync();
        var view = await supervisor.GetJsonAsync("/api/supervisor/live");
        foreach (var name in new[] { "left", "booked", "queue" }) await Assertions.Expect(Figure(page, name)).ToHaveTextAsync(view.GetProperty(name).GetInt32().ToString(CultureInfo.InvariantCulture));
        await Assertions.Expect(page.Locator("tr[data-code=LD01] td")).ToHaveTextAsync(PlacesOf(view, "LD01"));

        // What the curve's points are in all, its table has in rows.
        Assert.Equal((3, 3), await SumAsync(page, "Minutes"));
        Assert.Equal((3, 3), (Sum(view.GetProperty("minutes").GetProperty("booked")), Sum(view.GetProperty("minutes").GetProperty("refused"))));
        Assert.Empty(await Axe.ViolationsAsync(page));
        var keyboard = new Keyboard(page);
        await keyboard.PressAsync("details:has([data-rows=Minutes]) summary", "Enter");
        await Assertions.Expect(page.Locator("[data-rows=Minutes] tr").First).ToBeVisibleAsync();
        await page.GotoAsync(Path);
        await keyboard.PressAsync(".live-head a", "Enter");
        await Assertions.Expect(page).ToHaveURLAsync("/supervisor/live?display=1");
        await Assertions.Expect(page.Locator("nav.menu")).ToBeHiddenAsync();
        await Assertions.Expect(Figure(page, "booked")).ToHaveTextAsync("3");
        Assert.True(await page.EvaluateAsync<double>("() => parseFloat(getComputedStyle(document.querySelector('[data-live=booked]')).fontSize)") >= 56);
        Assert.Empty(await Axe.ViolationsAsync(page));
        desk.AssertQuiet();
        foreach (var person in people) person.Dispose();
    }

    [Fact]
    public async Task Without_a_script_the_figures_stand_there_as_tables_also_of_a_city_with_many_pharmacies()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T20:00:00+08:00");
        await using var desk = await BrowserPhone.OpenAsync(host, new PhoneOptions(JavaScript: false, Width: 1280, Height: 900));
        await desk.LogInAsync("auditor", "auditor-demo");
        var page = desk.Page;
        await page.GotoAsync(Path);

        using var auditor = await host.StaffAsync("auditor");
        var view = await auditor.GetJsonAsync("/api/supervisor/live");
        await Assertions.Expect(Figure(page, "left")).ToHaveTextAsync(view.GetProperty("left").GetInt32().ToString(CultureInfo.InvariantCulture));
        await Assertions.Expect(page.Locator("[data-rows=pharmacies] tr")).ToHaveCountAsync(view.GetProperty("pharmacies").GetArrayLength());
        await Assertions.Expect(page.Locator("[data-rows=windows] tr")).ToHaveCountAsync(view.GetProperty("windows").GetArrayLength());
        Assert.InRange(view.GetProperty("more").GetInt32(), 1, 300);
    }

    [Fact]
    public async Task With_many_pharmacies_and_two_busy_hours_the_page_stays_light()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T20:00:00+08:00");
        await host.Get<WeChatMask.Data.Database>().WriteAsync(
            t => t.InsertManyAsync(
                "live_second", ["at", "node", "booked", "refusals", "queue"],
                [.. Enumerable.Range(0, 7200).Select(i => new object?[] { DateTimeOffset.Parse("2020-02-12T20:00:00+08:00", CultureInfo.InvariantCulture).AddSeconds(-i).ToUnixTimeMilliseconds(), "busy", 7, "{\"sold_out\":5,\"cooldown\":2,\"busy\":1}", 3 })]),
            default);
        await using var desk = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: 1280, Height: 900));
        await desk.LogInAsync("supervisor", "supervisor-demo");
        await using var weight = await Layout.WeighAsync(desk.Page);
        await desk.Page.GotoAsync(Path);
        await Assertions.Expect(desk.Page.Locator("[data-rows=Minutes] tr")).ToHaveCountAsync(120);

        Assert.InRange(weight.Bytes, 1, 100 * 1024);
        Assert.InRange(await desk.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 1, 1500);
    }

    private static ILocator Figure(IPage page, string name) => page.Locator($"[data-live={name}]");

    private static string PlacesOf(JsonElement view, string code)
    {
        var pharmacy = view.GetProperty("pharmacies").EnumerateArray().Single(p => p.GetProperty("code").GetString() == code);
        return $"{pharmacy.GetProperty("left").GetInt32()}/{pharmacy.GetProperty("places").GetInt32()}";
    }

    private static int Sum(JsonElement points) => points.EnumerateArray().Sum(p => p.GetInt32());

    private static async Task<(int Booked, int Refused)> SumAsync(IPage page, string name)
    {
        var cells = await page.Locator($"[data-rows={name}] td").AllTextContentsAsync();
        var figures = cells.Select(c => int.Parse(c, CultureInfo.InvariantCulture)).ToList();
        return (figures.Where((_, i) => i % 2 == 0).Sum(), figures.Where((_, i) => i % 2 == 1).Sum());
    }
}
