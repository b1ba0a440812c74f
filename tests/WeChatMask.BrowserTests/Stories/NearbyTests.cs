using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>Finding a pharmacy nearby with everything, and without scripts, without a place, without tiles.</summary>
public sealed class NearbyTests
{
    // Beside LD02, in the south of the city.
    private const float Latitude = 27.71f;
    private const float Longitude = 112.0f;

    [Fact]
    public async Task Without_scripts_one_finds_by_district_and_words()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:31:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(JavaScript: false));
        var page = phone.Page;
        await page.GotoAsync("/nearby");
        Assert.Equal(228, await page.Locator("[data-pharmacies] .pharmacy").CountAsync());
        await Assertions.Expect(page.Locator("[data-locate]")).ToBeHiddenAsync();

        await page.Locator("#district").SelectOptionAsync("凤阳县");
        await page.Locator("#q").FillAsync("枫坡");
        await page.Locator("form.finder button").ClickAsync();

        await Assertions.Expect(page.Locator("[data-pharmacies] .pharmacy h3")).ToHaveTextAsync("枫坡便民药店");
        Assert.StartsWith("geo:32.8102,117.4104?q=32.8102,117.4104(", await page.Locator("[data-go]").GetAttributeAsync("href"), StringComparison.Ordinal);
        Assert.Equal("tel:0550-5550228", await page.Locator(".pharmacies .tel").GetAttributeAsync("href"));
    }

    [Fact]
    public async Task With_a_place_the_nearest_come_first_and_the_place_stays_in_the_phone()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.Page.Context.GrantPermissionsAsync(["geolocation"]);
        await phone.Page.Context.SetGeolocationAsync(new Geolocation { Latitude = Latitude, Longitude = Longitude });
        await phone.GoAsync("/nearby");
        var asked = new List<string>();
        phone.Page.Request += (_, r) => asked.Add(r.Url + r.PostData);

        await phone.Page.Locator("[data-locate]").ClickAsync();

        var nearest = phone.Page.Locator("[data-nearest] .pharmacy");
        await Assertions.Expect(nearest).ToHaveCountAsync(5);
        var expected = (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").EnumerateArray()
            .OrderBy(p => Math.Pow(p.GetProperty("latitude").GetDouble() - Latitude, 2) + Math.Pow((p.GetProperty("longitude").GetDouble() - Longitude) * Math.Cos(Latitude * Math.PI / 180), 2))
            .Select(p => p.GetProperty("code").GetString()!);
        Assert.Equal(expected, await nearest.EvaluateAllAsync<string[]>("rows => rows.map((r) => r.dataset.code)"));
        await Assertions.Expect(nearest.First.Locator("[data-distance]")).ToContainTextAsync("约");
        Assert.DoesNotContain(asked, a => a.Contains("27.7", StringComparison.Ordinal) || a.Contains("112.0", StringComparison.Ordinal));
        Assert.All(asked, a => Assert.Matches("/api/(clock|board)", a));
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Who_gives_no_place_is_told_kindly_and_finds_all_the_same()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.Page.Context.ClearPermissionsAsync();
        await phone.GoAsync("/nearby");
        Assert.Equal("", await phone.Page.Locator("[data-told]").InnerTextAsync());

        await phone.Page.Locator("[data-locate]").ClickAsync();

        await Assertions.Expect(phone.Page.Locator("[data-told]")).ToContainTextAsync("按区县");
        await Assertions.Expect(phone.Page.Locator("[data-nearest]")).ToBeHiddenAsync();
        await Assertions.Expect(phone.Page.Locator("[data-locate]")).ToBeEnabledAsync();
        Assert.Equal(5, await phone.Page.Locator("[data-pharmacies] .pharmacy").CountAsync());
        phone.AssertQuiet();
    }

    [Fact]
    public async Task The_map_is_loaded_only_when_opened_and_shows_the_pharmacies_without_tiles()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        var loaded = new List<string>();
        phone.Page.Request += (_, r) => loaded.Add(new Uri(r.Url).AbsolutePath);
        await phone.GoAsync("/nearby");
        Assert.DoesNotContain(loaded, p => p.Contains("leaflet", StringComparison.Ordinal) || p.EndsWith("/map.js", StringComparison.Ordinal));

        await phone.Page.Locator("[data-map-open]").ClickAsync();

        await Assertions.Expect(phone.Page.Locator("#map .map-spot")).ToHaveTextAsync(["160", "160", "160", "160", "160"]);
        await Assertions.Expect(phone.Page.Locator("#map .map-name")).ToHaveCountAsync(5);
        await phone.Page.Locator("#map .map-spot").First.ClickAsync();
        await Assertions.Expect(phone.Page.Locator("[data-chosen] .pharmacy .tag")).ToContainTextAsync("160");
        await phone.Page.Locator("[data-map-open]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("#map")).ToBeHiddenAsync();
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Tiles_that_do_not_come_leave_the_places_and_a_word()
    {
        // Nobody listens at that port.
        await using var host = await SandboxHost.StartAsync(
            "loudi", "2020-02-10T19:01:00+08:00", configure: b => b.Configuration["Map:TileUrl"] = "http://127.0.0.1:9/{z}/{x}/{y}.png");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.GoAsync("/nearby");

        await phone.Page.Locator("[data-map-open]").ClickAsync();

        await Assertions.Expect(phone.Page.Locator("[data-told]")).ToContainTextAsync("底图没有加载");
        await Assertions.Expect(phone.Page.Locator("#map .map-spot")).ToHaveCountAsync(5);
        Assert.All(phone.Faults, f => Assert.StartsWith("outside request: http://127.0.0.1:9/", f, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inside_WeChat_its_own_map_leads_the_way_in_Chinese_coordinates()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, WeChatBridge.Inside(new PhoneOptions()));
        await phone.GoAsync("/nearby");
        await WeChatBridge.AnswerAsync(phone.Page, "geoLocation", new { latitude = "27.71", longitude = "112.0" });
        await phone.Page.Locator("[data-locate]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("[data-nearest] .pharmacy")).ToHaveCountAsync(5);

        await phone.Page.Locator("[data-pharmacies] [data-code=LD01] [data-go]").ClickAsync();

        await phone.Page.WaitForFunctionAsync("() => window.bridge.opened");
        var opened = await phone.Page.EvaluateAsync<System.Text.Json.JsonElement>("() => window.bridge.opened");
        var chinese = Coordinates.ToGcj02(new GeoPoint(27.7372, 112.0246));
        Assert.Equal(chinese.Latitude, opened.GetProperty("latitude").GetDouble(), 5);
        Assert.Equal(chinese.Longitude, opened.GetProperty("longitude").GetDouble(), 5);
        Assert.Equal("城东湘柳大药房", opened.GetProperty("name").GetString());
        Assert.Equal(["config:ok", "geoLocation:ok", "openLocation:ok"], await WeChatBridge.SaidAsync(phone.Page));
        phone.AssertQuiet();
    }

    [Theory]
    [InlineData("openLocation:fail")]
    [InlineData("config:fail,invalid signature")]
    [InlineData("openLocation")]
    public async Task Where_WeChats_map_fails_or_says_nothing_the_plain_link_is_opened(string refusal)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, WeChatBridge.Inside(new PhoneOptions(), refusal));
        await phone.GoAsync("/nearby");
        var link = phone.Page.Locator("[data-pharmacies] [data-code=LD01] [data-go]");
        // A link of the phone's own leaves no trace in a browser without a map; this one does. Given at the press, since the list may be drawn anew before.
        await phone.Page.EvaluateAsync("() => document.addEventListener('click', (e) => { e.target.closest('[data-go]').href = '#the-way'; }, true)");

        await link.ClickAsync();

        await phone.Page.ArriveAsync("/nearby#the-way$");
    }

    [Fact]
    public async Task WeChat_refuses_what_no_page_has_named()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, WeChatBridge.Inside(new PhoneOptions()));
        await phone.GoAsync("/nearby");

        var answer = await phone.Page.EvaluateAsync<string>(
            "() => import('/js/wechat.js').then((w) => w.prepareWeChat()).then((wx) => new Promise((done) => wx.chooseImage({ success: () => done('ok'), fail: (e) => done(e.errMsg) })))");

        Assert.Equal("chooseImage:the permission value is offline verifying", answer);
    }
}
