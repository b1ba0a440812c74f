using System.Globalization;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;
using Xunit.Abstractions;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>Scanning at the counter with a camera that sees real voucher pictures.</summary>
public sealed class ScanTests(ITestOutputHelper output) : IAsyncLifetime
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
    public async Task The_camera_reads_vouchers_as_people_hold_them_and_the_verdict_fills_the_screen()
    {
        var (first, used) = (city.Today[0], city.Today[1]);
        await city.HandOverElsewhereAsync(used);
        await using var phone = await city.ClerkAsync(new PhoneOptions(Browser: film.Browser));
        (string What, byte[] Picture, Held Held, string Verdict, string Word)[] cases =
        [
            ("valid", first.Picture, new Held(), "Valid", "有效"),
            ("used", used.Picture, new Held(), "AlreadyRedeemed", "已领取"),
            ("other shop", city.Elsewhere.Picture, new Held(), "OtherPharmacy", "非本店"),
            ("yesterday's", city.Yesterday.Picture, new Held(), "Lapsed", "已过期"),
            ("forged", CounterCity.Forged(first), new Held(), "Forged", "无效"),
            ("dim", first.Picture, new Held(Light: 0.25), "Valid", "有效"),
            ("tilted", first.Picture, new Held(Tilt: 17, Lean: 0.2), "Valid", "有效"),
            ("10 % covered", first.Picture, new Held(Covered: 0.1), "Valid", "有效"),
        ];
        foreach (var (what, picture, held, verdict, word) in cases)
        {
            await phone.GoAsync("/pharmacy/scan");
            await film.ShowAsync(phone.Page, picture, held);
            await phone.Page.Locator("[data-scan]").ClickAsync();
            await Assertions.Expect(new CounterPage(phone.Page).Verdict(verdict)).ToBeVisibleAsync();
            await Assertions.Expect(phone.Page.Locator(".verdict-word")).ToHaveTextAsync(word);
            await MeasureAsync(phone.Page, what);
        }

        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_hand_over_takes_three_taps_and_the_camera_stays_open_for_the_next_person()
    {
        await using var phone = await city.ClerkAsync(new PhoneOptions(Browser: film.Browser));
        await phone.GoAsync("/pharmacy/scan");
        await film.ShowAsync(phone.Page, city.Today[2].Picture, new Held());
        var counter = new CounterPage(phone.Page);

        await phone.Page.Locator("[data-scan]").ClickAsync();
        await Assertions.Expect(counter.Verdict("Valid").Locator("[data-amount]")).ToHaveTextAsync("8.00");
        await counter.HandOver.ClickAsync();
        await Assertions.Expect(counter.Verdict("Redeemed")).ToBeVisibleAsync();
        await phone.Page.Locator("[data-next]").ClickAsync();

        await phone.Page.WaitForFunctionAsync("() => { const v = document.querySelector('[data-view] video'); return v && !v.paused && v.srcObject.active; }");
        Assert.Equal("redeemed", await city.StatusAsync(city.Today[2]));
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Inside_WeChat_its_own_scanner_is_used_and_the_page_says_that_it_needs_the_network()
    {
        await using var phone = await city.ClerkAsync(WeChatBridge.Inside(new PhoneOptions()));
        var asked = "";
        phone.Page.Request += (_, r) =>
        {
            if (r.Url.Contains("/api/wechat/signature", StringComparison.Ordinal)) asked = Uri.UnescapeDataString(new Uri(r.Url).Query);
        };
        await phone.GoAsync("/pharmacy/scan#here");
        await WeChatBridge.AnswerAsync(phone.Page, "scanQRCode", new { resultStr = city.Today[0].Voucher });
        await Assertions.Expect(phone.Page.Locator(".line-down")).ToContainTextAsync("微信里不能离线核对");

        await phone.Page.Locator("[data-scan]").ClickAsync();

        await Assertions.Expect(new CounterPage(phone.Page).Verdict("Valid")).ToBeVisibleAsync();
        Assert.Equal($"?url={city.Host.Address}pharmacy/scan", asked);
        Assert.Equal(["config:ok", "scanQRCode:ok"], await WeChatBridge.SaidAsync(phone.Page));
        Assert.Equal(0, await phone.Page.EvaluateAsync<int>("async () => (await navigator.serviceWorker.getRegistrations()).length"));
        phone.AssertQuiet();
    }

    [Theory]
    [InlineData("scanQRCode:fail")]
    [InlineData("config:fail,invalid signature")]
    public async Task Where_WeChats_scanner_fails_the_clerk_is_led_on_to_the_number(string refusal)
    {
        await using var phone = await city.ClerkAsync(WeChatBridge.Inside(new PhoneOptions(), refusal));
        await phone.GoAsync("/pharmacy/scan");

        await phone.Page.Locator("[data-scan]").ClickAsync();

        // The shared browser has no camera, which is what the page tries next.
        await Assertions.Expect(phone.Page.Locator("[data-scan-say]")).ToContainTextAsync("输入预约号");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_camera_the_clerk_is_told_to_type_the_number_printed_below_the_code(bool isOld)
    {
        // The shared browser has no camera at all.
        await using var phone = await city.ClerkAsync(new PhoneOptions(IsOld: isOld));
        await phone.GoAsync("/pharmacy/scan");
        await phone.Page.Locator("[data-scan]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("[data-scan-say]")).ToContainTextAsync("输入预约号");

        var counter = new CounterPage(phone.Page);
        await counter.CheckAsync(city.Today[1].Number, People.IdNumber(city.Today[1].Person)[^4..]);

        await Assertions.Expect(counter.Verdict("Valid")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_residents_code_has_moving_seconds_and_is_printed_large_with_its_number_below()
    {
        var ticket = city.Today[0];
        await using var phone = await BrowserPhone.OpenAsync(city.Host, new PhoneOptions($"o-{ticket.Person}"));
        await phone.LogInAsync();
        await phone.GoAsync($"/bookings/{ticket.Number}");
        var clock = phone.Page.Locator("[data-fresh-time]");
        var before = await clock.InnerTextAsync();
        Assert.StartsWith("02-12 10:0", before, StringComparison.Ordinal);
        await Assertions.Expect(clock).Not.ToHaveTextAsync(before);
        // This phone asks for reduced motion: the seconds count, nothing slides.
        Assert.Equal("none", await phone.Page.Locator(".fresh-sweep").EvaluateAsync<string>("e => getComputedStyle(e).animationName"));

        await phone.GoAsync($"/bookings/{ticket.Number}/print");
        await phone.Page.EmulateMediaAsync(new() { Media = Media.Print });
        var (code, number) = (await phone.Page.Locator(".paper .qr").BoundingBoxAsync(), await phone.Page.Locator(".paper .number").BoundingBoxAsync());
        Assert.True(code!.Width > 300 && number!.Y >= code.Y + code.Height, "The number is not below a large code.");
        Assert.Equal(ticket.Number, string.Concat((await phone.Page.Locator(".paper .number").InnerTextAsync()).Where(char.IsAsciiDigit)));
        phone.AssertQuiet();
    }

    private async Task MeasureAsync(IPage page, string what)
    {
        var times = await page.EvaluateAsync<double[]>(
            "() => ['camera-open', 'code-read', 'verdict-shown'].map((n) => performance.getEntriesByName(n).at(-1).startTime)");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: code in view to read {times[1] - times[0]:0} ms, read to verdict {times[2] - times[1]:0} ms, together {times[2] - times[0]:0} ms"));
    }
}
