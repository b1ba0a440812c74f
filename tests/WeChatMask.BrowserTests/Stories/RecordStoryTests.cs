using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>What stays written down: for a supervisor at a desk with the keyboard alone, and for a citizen on a phone.</summary>
public sealed class RecordStoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_supervisor_runs_a_job_and_finds_what_was_done_in_words(bool script)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-11T09:30:00+08:00");
        await using var desk = await BrowserPhone.OpenAsync(host, new PhoneOptions(JavaScript: script, Width: 1280, Height: 900));
        await desk.LogInAsync("supervisor", "supervisor-demo");
        var page = desk.Page;
        var keyboard = new Keyboard(page);

        await page.GotoAsync("/supervisor/jobs");
        var job = await page.Locator("[data-job]").First.GetAttributeAsync("data-job");
        await keyboard.PressAsync($"[data-job='{job}'] button", "Enter");
        await Assertions.Expect(page.Locator(".advice[role=status]")).ToBeVisibleAsync();
        if (script) Assert.Empty(await Axe.ViolationsAsync(page));

        await page.GotoAsync("/supervisor/audit");
        await keyboard.TypeAsync("#subject", job!);
        await page.Keyboard.PressAsync("Enter");
        await page.ArriveAsync("subject=");
        await Assertions.Expect(page.Locator(".links h3")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".links h3")).ToContainTextAsync("让后台任务马上运行");
        var file = await page.RunAndWaitForDownloadAsync(() => keyboard.PressAsync("a[href*='audit.csv']", "Enter"));
        Assert.Contains("让后台任务马上运行", await File.ReadAllTextAsync(await file.PathAsync()), StringComparison.Ordinal);
        await page.GotoAsync("/supervisor/audit?do=audit.export");
        await Assertions.Expect(page.Locator(".links .quiet")).ToHaveTextAsync("CSV 文件，1 条");
        if (script) Assert.Empty(await Axe.ViolationsAsync(page));
        desk.AssertQuiet();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_citizen_finds_the_own_line_among_228_pharmacies(bool script)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T17:31:00+08:00");
        using var resident = await host.NewResidentAsync(1);
        var (status, booking) = await resident.BookAsync("CZ007", "a");
        Assert.Equal(201, status);
        await host.SetClockAsync("2020-02-13T09:05:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(JavaScript: script, Width: 390, Height: 844));
        var page = phone.Page;
        var name = (await host.Http.GetJsonAsync("/api/public/pharmacies")).GetProperty("pharmacies").EnumerateArray()
            .First(p => p.GetProperty("code").GetString() == "CZ007").GetProperty("name").GetString()!;

        await page.GotoAsync("/notices/2020-02-12");
        await page.Locator("#q").FillAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator($".bars a[href*='pharmacy=CZ007']").ClickAsync();
        await Assertions.Expect(page.Locator("#chosen h3")).ToHaveTextAsync(name);
        await Assertions.Expect(page.Locator("#chosen .figures")).ToContainTextAsync("1");
        await page.Locator("#lists ~ form input[type=search], section[aria-labelledby=lists] input:not([type=hidden])").First.FillAsync(booking.GetProperty("serial").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture));
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("section[aria-labelledby=lists]")).ToContainTextAsync("张**");
        Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        if (script) Assert.Empty(await Axe.ViolationsAsync(page));

        await page.GotoAsync("/notices/trends");
        await Assertions.Expect(page.Locator("main table")).Not.ToHaveCountAsync(0);
        await page.GotoAsync("/notices/rules");
        await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
        phone.AssertQuiet();
    }
}
