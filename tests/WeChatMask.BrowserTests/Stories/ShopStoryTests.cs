using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

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

    [Fact]
    public async Task A_pause_is_said_in_a_few_taps_and_taken_back_and_the_shelf_is_counted_at_closing()
    {
        await using var phone = await city.ClerkAsync();
        await phone.GoAsync("/pharmacy/pause");
        await phone.Page.Locator("#reason").FillAsync("停电检修");
        await phone.Page.Locator("[data-act=pause]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("main [role=status]").First).ToContainTextAsync("已暂停");
        await phone.GoAsync("/pharmacy");
        await Assertions.Expect(phone.Page.Locator("[data-trouble=Paused]")).ToContainTextAsync("停电检修");
        await phone.Page.Locator("[data-trouble=Paused] a").ClickAsync();
        await phone.Page.Locator("[data-act=resume]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("main [role=status]").First).ToContainTextAsync("照常发放");
        await phone.GoAsync("/pharmacy");
        await Assertions.Expect(phone.Page.Locator("[data-trouble]")).ToHaveCountAsync(0);

        await phone.GoAsync("/pharmacy/count");
        var expected = int.Parse(await phone.Page.Locator("[data-expected]").InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture);
        await phone.Page.Locator("#counted").FillAsync((expected - 2).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await phone.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(phone.Page.Locator("[data-difference]")).ToHaveTextAsync("-2");
        await phone.Page.Locator("#reason").FillAsync("破损两只，没有登记");
        await phone.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(phone.Page.Locator("main [role=status]").First).ToContainTextAsync("盘点已登记");
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Several_vouchers_of_one_proxy_are_scanned_in_a_row_and_handed_over_at_once()
    {
        await city.HandOverElsewhereAsync(city.Today[1]);
        await using var phone = await city.ClerkAsync(new PhoneOptions(Browser: film.Browser));
        await phone.GoAsync("/pharmacy/proxy");
        await phone.Page.Locator("#proxyName").FillAsync("李四");
        await phone.Page.Locator("#proxyIdNumber").FillAsync(People.IdNumber(900));
        await phone.Page.Locator("[data-act=list]").ClickAsync();
        await film.ShowAsync(phone.Page, city.Today[0].Picture, new Held());
        await phone.Page.Locator("[data-scan]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("section.line")).ToHaveCountAsync(1);
        // The camera stays open; the next one is held before it, and one that was collected already does not stop the list.
        await film.ShowAsync(phone.Page, city.Today[1].Picture, new Held());
        await Assertions.Expect(phone.Page.Locator("section.line[data-verdict=AlreadyRedeemed]")).ToHaveCountAsync(1);
        await film.ShowAsync(phone.Page, city.Today[2].Picture, new Held());
        await Assertions.Expect(phone.Page.Locator("section.line[data-verdict=Valid]")).ToHaveCountAsync(2);
        await phone.Page.Locator("[data-act=redeem]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("section.line[data-verdict=Redeemed]")).ToHaveCountAsync(2);
        await Assertions.Expect(phone.Page.Locator("section.line")).ToHaveCountAsync(3);
        Assert.Equal(("redeemed", "redeemed"), (await city.StatusAsync(city.Today[0]), await city.StatusAsync(city.Today[2])));
        phone.AssertQuiet();
    }
}
