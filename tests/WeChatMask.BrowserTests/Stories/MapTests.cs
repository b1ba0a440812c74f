using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>The map without tiles: districts, circles with the places left, names that do not overlap.</summary>
public sealed class MapTests
{
    /// <summary>Lays the city out at one zoom as the map does, and says what meets, is lost or is counted twice.</summary>
    private const string LayoutScript = """
        async () => {
          const { cluster, placeLabels, beside, around, meet } = await import('/js/map-layout.js');
          const rows = [...document.querySelectorAll('[data-pharmacies] [data-place]')];
          const faults = [];
          let placed = 0;
          for (let zoom = 6; zoom <= 18; zoom += 0.5) {
            const scale = 256 * 2 ** zoom;
            const points = rows.map((row) => {
              const [lat, lng] = row.dataset.place.split(',').map(Number);
              const sin = Math.sin((lat * Math.PI) / 180);
              return { row, x: ((lng + 180) / 360) * scale, y: (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * scale };
            });
            for (const size of [48, 62]) {
              const groups = cluster(points, size + 8);
              const members = groups.reduce((all, g) => all.concat(g.members), []);
              if (members.length !== rows.length || new Set(members).size !== rows.length) faults.push(`${zoom}: ${members.length} of ${rows.length}`);
              groups.forEach((a, i) => groups.slice(i + 1).forEach((b) => { if (Math.hypot(a.x - b.x, a.y - b.y) < size + 8) faults.push(`${zoom}: circles meet`); }));
              const taken = groups.map((g) => around(g.x, g.y, size, size));
              const labels = groups.map((g) => ({ width: 40 + (g.members[0].row.dataset.code.charCodeAt(4) % 7) * 15, height: 20, at: g })).map((l) => ({ ...l, places: beside(l.at, size / 2, l.width, l.height) }));
              const frame = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
              const boxes = placeLabels(labels, taken, frame).filter(Boolean);
              placed += boxes.length;
              boxes.forEach((a, i) => { if (boxes.slice(i + 1).concat(taken).some((b) => meet(a, b))) faults.push(`${zoom}: labels meet`); });
            }
          }
          return { faults, placed };
        }
        """;

    /// <summary>What is on the map: the circles with what they say, the names seen, and each pair of boxes that overlap.</summary>
    private const string SeenScript = """
        () => {
          const box = (e) => { const r = e.getBoundingClientRect(); return { e, left: r.left, top: r.top, right: r.right, bottom: r.bottom }; };
          const map = document.getElementById('map').getBoundingClientRect();
          const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
          const labels = [...document.querySelectorAll('#map .map-label span')].map(box);
          const spots = [...document.querySelectorAll('#map .map-spot')].map(box);
          const over = [];
          labels.forEach((a, i) => labels.slice(i + 1).concat(spots).forEach((b) => { if (meet(a, b)) over.push(`${a.e.textContent} ${b.e.textContent}`); }));
          spots.forEach((a, i) => spots.slice(i + 1).forEach((b) => { if (meet(a, b)) over.push(`${a.e.textContent} ${b.e.textContent}`); }));
          labels.forEach((a) => { if (a.left < map.left || a.right > map.right || a.top < map.top || a.bottom > map.bottom) over.push(`${a.e.textContent} beyond the map`); });
          return {
            over, labels: labels.map((l) => l.e.textContent),
            spots: spots.map(({ e }) => ({ text: e.textContent, name: e.getAttribute('aria-label'), empty: e.dataset.empty === 'true', colour: getComputedStyle(e).backgroundColor })),
          };
        }
        """;

    [Fact]
    public async Task A_small_city_shows_its_district_each_pharmacy_by_name_and_which_are_full()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await OpenAsync(host, new PhoneOptions());

        Assert.Equal(1, await phone.Page.Locator("#map path.map-district").CountAsync());
        var seen = await SeenAsync(phone);
        Assert.Empty(seen.Over);
        Assert.Equal(["城东湘柳大药房", "城中仙女寨大药房", "城北石井桥药店", "城南荷塘药店", "城西枫林堂药房", "娄星区"], seen.Labels.Order(StringComparer.Ordinal));
        Assert.All(seen.Spots, s => Assert.Equal("160", s.Text));

        var asked = new List<string>();
        phone.Page.Request += (_, r) => asked.Add(new Uri(r.Url).AbsolutePath);
        await PauseAsync(host, "LD03");

        // The figures on the map come by the board's events, as those of the list do.
        await Assertions.Expect(phone.Page.Locator("#map .map-spot[data-empty=true]")).ToHaveTextAsync(["无"]);
        await Assertions.Expect(phone.Page.Locator("#map .map-spot[data-empty=true]")).ToHaveAttributeAsync("aria-label", "城西枫林堂药房，暂停预约");
        var after = await SeenAsync(phone);
        Assert.Single(after.Spots.Select(s => s.Colour).Distinct(StringComparer.Ordinal).Except(seen.Spots.Select(s => s.Colour), StringComparer.Ordinal));
        Assert.All(asked, path => Assert.Matches("^/api/(clock|board)", path));
        phone.AssertQuiet();
    }

    [Theory]
    [InlineData(PhoneOptions.UsualWidth, false)]
    [InlineData(320, true)]
    [InlineData(1280, false)]
    public async Task A_large_citys_circles_add_up_and_open_until_each_pharmacy_is_seen(int width, bool large)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T17:31:00+08:00");
        await PauseAsync(host, "CZ001");
        await using var phone = await OpenAsync(host, new PhoneOptions(LargeType: large, Width: width));
        var page = phone.Page;

        Assert.Equal(8, await page.Locator("#map path.map-district").CountAsync());
        var first = await SeenAsync(phone);
        var listed = await page.Locator("[data-pharmacies] .pharmacy").EvaluateAllAsync<int[]>("rows => rows.map((r) => Number(r.dataset.placesLeft))");
        Assert.Equal(228, listed.Length);
        Assert.Equal(listed.Sum(), first.Spots.Sum(s => s.Places));
        Assert.Equal((await page.Locator("[data-total-left]").InnerTextAsync()).Trim(), listed.Sum().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(first.Labels.Count, 4, 8);

        // Into the town, through three zooms at the least, until a single pharmacy is seen.
        var single = page.Locator("#map .map-spot:not(.map-many):enabled").First;
        for (var turn = 0; turn < 3 || await single.CountAsync() == 0; turn++)
        {
            Assert.Empty((await SeenAsync(phone)).Over);
            Assert.Empty(await Layout.OverflowAsync(page, width));
            Assert.Empty(await Axe.ViolationsAsync(page));
            var many = page.Locator("#map .map-many:enabled");
            if (await many.CountAsync() == 0) break;
            var before = await ZoomedAsync(page);
            await many.Last.ClickAsync();
            await page.WaitForFunctionAsync("before => document.getElementById('map').dataset.zoom !== before", before);
        }

        var name = (await single.GetAttributeAsync("aria-label"))!;
        await single.ClickAsync();
        await Assertions.Expect(page.Locator("[data-chosen] h3")).ToHaveTextAsync(name.Split('，')[0]);
        await Assertions.Expect(page.Locator("[data-chosen] .tel")).ToBeVisibleAsync();
        Assert.Empty(await Layout.OverflowAsync(page, width));
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Keys_alone_open_the_map_a_circle_and_a_pharmacy()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T17:31:00+08:00");
        await using var phone = await OpenAsync(host, new PhoneOptions());
        var page = phone.Page;
        await page.Locator("#map .map-many:enabled").First.FocusAsync();

        for (var turn = 0; turn < 8 && await page.Locator("#map .map-spot:focus:not(.map-many)").CountAsync() == 0; turn++)
        {
            var before = await ZoomedAsync(page);
            await page.Keyboard.PressAsync("Enter");
            await page.WaitForFunctionAsync("before => document.getElementById('map').dataset.zoom !== before", before);
            // Where a circle opened, the keys go on at one of its parts.
            await Assertions.Expect(page.Locator("#map .map-spot:focus")).ToHaveCountAsync(1);
        }

        var name = (await page.Locator("#map .map-spot:focus").GetAttributeAsync("aria-label"))!;
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-chosen] h2")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("[data-chosen] [data-go]")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[data-chosen] h3")).ToHaveTextAsync(name.Split('，')[0]);
        phone.AssertQuiet();
    }

    [Fact]
    public async Task At_no_zoom_do_two_labels_meet_or_does_a_pharmacy_get_lost()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T17:31:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.GoAsync("/nearby");

        var result = await phone.Page.EvaluateAsync<JsonElement>(LayoutScript);

        Assert.Empty(result.GetProperty("faults").EnumerateArray().Select(f => f.GetString()));
        Assert.InRange(result.GetProperty("placed").GetInt32(), 500, int.MaxValue);
    }

    [Fact]
    public async Task Outlines_that_do_not_come_leave_the_map_without_them()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.Page.RouteAsync("**/api/public/districts*", r => r.FulfillAsync(new RouteFulfillOptions { Status = 503, Body = "{}" }));
        await phone.GoAsync("/nearby");

        await phone.Page.Locator("[data-map-open]").ClickAsync();

        await Assertions.Expect(phone.Page.Locator("#map .map-spot")).ToHaveCountAsync(5);
        await Assertions.Expect(phone.Page.Locator("#map path.map-district")).ToHaveCountAsync(0);
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Where_one_is_stands_on_the_map_and_no_name_covers_it()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        await using var phone = await OpenAsync(host, new PhoneOptions());
        await phone.Page.Context.GrantPermissionsAsync(["geolocation"]);
        await phone.Page.Context.SetGeolocationAsync(new Geolocation { Latitude = 27.7341f, Longitude = 112.0005f });

        await phone.Page.Locator("[data-locate]").ClickAsync();

        await Assertions.Expect(phone.Page.Locator("#map path.map-here")).ToHaveCountAsync(1);
        var seen = await SeenAsync(phone);
        Assert.Contains("您在这里", seen.Labels);
        Assert.Empty(seen.Over);
        phone.AssertQuiet();
    }

    private static async Task<BrowserPhone> OpenAsync(SandboxHost host, PhoneOptions options)
    {
        var phone = await BrowserPhone.OpenAsync(host, options);
        await phone.GoAsync("/nearby");
        await phone.Page.Locator("[data-map-open]").ClickAsync();
        await Assertions.Expect(phone.Page.Locator("#map .map-spot").First).ToBeVisibleAsync();
        return phone;
    }

    private static async Task PauseAsync(SandboxHost host, string code)
    {
        using var supervisor = await host.SupervisorAsync();
        using var paused = await supervisor.PutAsJsonAsync($"/api/supervisor/pharmacies/{code}", new { status = "paused", reason = "盘点" });
        paused.EnsureSuccessStatusCode();
    }

    private static async Task<string> ZoomedAsync(IPage page) => (await page.Locator("#map").GetAttributeAsync("data-zoom"))!;

    private static async Task<Seen> SeenAsync(BrowserPhone phone)
    {
        await Layout.PaintAsync(phone.Page);
        var seen = await phone.Page.EvaluateAsync<JsonElement>(SeenScript);
        return new Seen(
            [.. seen.GetProperty("over").EnumerateArray().Select(o => o.GetString()!)],
            [.. seen.GetProperty("labels").EnumerateArray().Select(o => o.GetString()!)],
            [.. seen.GetProperty("spots").EnumerateArray().Select(s => new Spot(s.GetProperty("text").GetString()!, s.GetProperty("name").GetString()!, s.GetProperty("empty").GetBoolean(), s.GetProperty("colour").GetString()!))]);
    }

    private sealed record Seen(IReadOnlyList<string> Over, IReadOnlyList<string> Labels, IReadOnlyList<Spot> Spots);

    private sealed record Spot(string Text, string Name, bool IsEmpty, string Colour)
    {
        public int Places => IsEmpty ? 0 : int.Parse(Text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
