using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A clerk's day on a phone: lands, scans, takes the delivery, looks somebody up.</summary>
public sealed class ShopStoryTests : IAsyncLifetime
{
    private CounterCity city = null!;
    private CameraFilm film = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        city = await CounterCity.StartAsync(3);
        film = await CameraFilm.StartAsync();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await film.DisposeAsync();
        await city.DisposeAsync();
    }

    [Fact]
    public async Task One_tap_from_the_landing_page_scans()
    {
        await using var phone = await city.ClerkAsync(new PhoneOptions(Browser: film.Browser));
        await phone.GoAsync("/pharmacy");
        var scan = phone.Page.Locator("main a").First;
        await Assertions.Expect(scan).ToContainTextAsync("扫码");
        Assert.True((await scan.BoundingBoxAsync())!.Y < 300);
        await scan.ClickAsync();
        await phone.Page.WaitForFunctionAsync("() => { const v = document.querySelector('[data-view] video'); return v && !v.paused && v.srcObject.active; }");
        await film.ShowAsync(phone.Page, city.Today[0].Picture, new Held());
        await Assertions.Expect(new CounterPage(phone.Page).Verdict("Valid")).ToBeVisibleAsync();
        phone.AssertQuiet();
    }

    [Fact]
    public async Task The_delivery_is_one_tap_and_a_line_of_the_list_is_found_while_it_is_typed()
    {
        await using var phone = await city.ClerkAsync();
        await phone.GoAsync("/pharmacy/stock");
        await phone.Page.Locator("[data-act=planned]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("main [role=status]").First).ToContainTextAsync("与计划相同");
        await Assertions.Expect(phone.Page.Locator("[data-act=planned]")).ToHaveCountAsync(0);

        await city.HandOverElsewhereAsync(city.Today[1]);
        await phone.GoAsync("/pharmacy/lists");
        var rows = phone.Page.Locator("table.names tbody tr:visible");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        var asked = 0;
        phone.Page.Request += (_, _) => asked++;
        // By the keyboard alone: the field, its filter, back to all.
        await phone.Page.Locator("#query").FocusAsync();
        await phone.Page.Keyboard.TypeAsync(city.Today[2].Number[2..8]);
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync(city.Today[2].Number);
        await Assertions.Expect(phone.Page.Locator("[data-found]")).ToHaveTextAsync("找到 1 条。");
        await phone.Page.Keyboard.PressAsync("Enter");
        await phone.Page.Locator("#query").FillAsync("nobody");
        await Assertions.Expect(rows).ToHaveCountAsync(0);
        await phone.Page.Locator("#query").FillAsync("");
        await phone.Page.Locator("#state").SelectOptionAsync("Done");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync(city.Today[1].Number);
        Assert.Equal(0, asked);
        phone.AssertQuiet();
    }
}
