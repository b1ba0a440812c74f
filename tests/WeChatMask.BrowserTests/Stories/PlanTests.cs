using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A supervisor plans a day at a desk with the keyboard alone: in the grid, and by a sheet.</summary>
public sealed class PlanTests
{
    private const string Page = "/supervisor/plan?date=2020-02-13";
    private const int Width = 1280;
    private const int Height = 900;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task By_keyboard_a_grid_and_a_sheet_are_shown_first_and_then_made(bool script)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-10T12:00:00+08:00");
        await using var desk = await BrowserPhone.OpenAsync(host, new PhoneOptions(JavaScript: script, Width: Width, Height: Height));
        await desk.LogInAsync("supervisor", "supervisor-demo");
        var page = desk.Page;
        var keyboard = new Keyboard(page);
        await page.GotoAsync(Page);

        await keyboard.PressAsync("tbody a", "Enter");
        await page.ArriveAsync("district=");
        await keyboard.TypeAsync("[name='Cell-CZ002-1']", "61");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-change='CZ002']")).ToContainTextAsync("50+0+0+0+0 → 61+0+0+0+0");
        await Assertions.Expect(page.Locator("[data-sentence]")).ToContainTextAsync("合计由 11400 个变为 11411 个");
        await AssertAccessibleAsync(page, script);
        await keyboard.TypeAsync("#reason", "多到一箱");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".advice[role=status]")).ToContainTextAsync("已保存");

        await page.GotoAsync(Page);
        await keyboard.TypeAsync("#sheet", "CZ003\t1\t2\t3\t4\nCZ002\t50\t0\t0\t0\t0");
        await keyboard.PressAsync("[action$='Sheet'] button", "Enter");
        await Assertions.Expect(page.Locator("#refused")).ToContainTextAsync("第 1 行：CZ003 需要 5 个数");
        await AssertAccessibleAsync(page, script);
        await page.Locator("#sheet").FillAsync("");
        await keyboard.TypeAsync("#sheet", "CZ003\t1\t2\t3\t4\t5\nCZ002\t50\t0\t0\t0\t0");
        await keyboard.PressAsync("[action$='Sheet'] button", "Enter");
        await Assertions.Expect(page.Locator("[data-change]")).ToHaveCountAsync(2);
        await keyboard.TypeAsync("#reason", "改回去");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".advice[role=status]")).ToContainTextAsync("已保存");
        await page.GotoAsync("/notices");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("CZ003");
        desk.AssertQuiet();
    }

    private static async Task AssertAccessibleAsync(IPage page, bool script)
    {
        if (script) Assert.Empty(await Axe.ViolationsAsync(page));
    }
}
