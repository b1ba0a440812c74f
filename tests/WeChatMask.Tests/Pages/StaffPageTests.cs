using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Pages.Staff;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Pages;

public sealed class StaffPageTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private CounterHost host = null!;

    private async Task UseAsync(DatabaseKind engine) => host = await hosts.OnAsync(engine);

    private static async Task<PageReader> TryAsync(HttpClient browser, string name, string password) =>
        await (await PageReader.OpenAsync(browser, "/staff/login")).PostAsync(browser, ("username", name), ("password", password));

    [EngineTheory]
    public async Task The_fifth_wrong_password_says_until_when_for_every_name_alike(DatabaseKind engine)
    {
        await UseAsync(engine);
        foreach (var name in new[] { "a-known-clerk", "nobody-at-all" }) await LocksAtTheFifthAsync(name);
    }

    private async Task LocksAtTheFifthAsync(string name)
    {
        if (name.Contains("known", StringComparison.Ordinal))
            await City.StaffLoginTests.AddClerkAsync(host, name, "right password");
        host.Now = CounterHost.Evening;
        using var browser = host.Anonymous();
        var texts = new List<string>();
        for (var i = 0; i < LoginLimitStore.MostFailures; i++) texts.Add((await TryAsync(browser, name, "wrong")).Text);
        Assert.DoesNotContain("还可以试", texts[1], StringComparison.Ordinal);
        Assert.Contains("还可以试 2 次", texts[2], StringComparison.Ordinal);
        Assert.Contains("还可以试 1 次", texts[3], StringComparison.Ordinal);
        Assert.Contains("19:40 以后再试", texts[4], StringComparison.Ordinal);

        // Guessing on neither lengthens the lock nor hides it; another name has its own count.
        host.Now = CounterHost.Evening.AddMinutes(4);
        Assert.Contains("19:40 以后再试", (await TryAsync(browser, name.ToUpperInvariant(), "right password")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("以后再试", (await TryAsync(browser, "somebody-else", "wrong")).Text, StringComparison.Ordinal);
        host.Now = CounterHost.Evening;
    }

    [EngineTheory]
    public async Task A_log_in_ends_the_count(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var browser = host.Anonymous();
        for (var i = 0; i < 3; i++) await TryAsync(browser, "clerk-ld03", "wrong");
        Assert.Equal(HttpStatusCode.Found, (await TryAsync(browser, "clerk-ld03", "clerk-demo")).Status);
        Assert.DoesNotContain("还可以试", (await TryAsync(browser, "clerk-ld03", "wrong")).Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task A_meddled_cookie_counts_nothing_and_breaks_nothing(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var browser = host.Anonymous();
        var form = await PageReader.OpenAsync(browser, "/staff/login");
        browser.DefaultRequestHeaders.Add("Cookie", "wm_staff_browser=nonsense");
        var page = await form.PostAsync(browser, ("username", "a-stranger"), ("password", "wrong"));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("用户名或密码不正确", page.Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task The_supervisors_page_adds_the_city_up_and_links_to_its_own_parts(DatabaseKind engine)
    {
        await UseAsync(engine);
        var page = await PageReader.OpenAsync(await host.SupervisorAsync(), "/supervisor");
        Assert.Contains("名额 800", page.Text, StringComparison.Ordinal);
        foreach (var part in new[] { "pharmacies", "rounds", "jobs" }) Assert.Contains($"href=\"/supervisor/{part}\"", page.Html, StringComparison.Ordinal);

        Assert.Contains("action=\"/staff/logout\"", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/supervisor/no-such-page", "/supervisor")]
    [InlineData("/pharmacy/no-such-page", "/pharmacy")]
    [InlineData("/administrator/no-such-page", "/administrator")]
    [InlineData("/staff/no-such-page", "/staff/menu")]
    [InlineData("/no-such-page", "/")]
    public async Task A_page_that_is_not_there_leads_back_to_ones_own_pages(string path, string back)
    {
        await UseAsync(DatabaseKind.Sqlite);
        using var browser = host.Anonymous();
        var page = await PageReader.OpenAsync(browser, path);

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains($"wide\" href=\"{back}\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(back == "/", page.Html.Contains("href=\"/bookings\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_place_of_a_menu_opens_and_is_marked_as_the_present_one()
    {
        await using var city = await SandboxHost.StartAsync();
        foreach (var (browser, role) in new[]
        {
            (await city.SupervisorAsync(), StaffRole.Supervisor), (await city.StaffAsync("auditor"), StaffRole.Auditor), (await city.ClerkAsync("LD01"), StaffRole.Clerk),
        })
        {
            foreach (var place in StaffMenu.Of(role).SelectMany(g => g.Places))
            {
                var page = await PageReader.OpenAsync(browser, place.Href);
                Assert.Equal(HttpStatusCode.OK, page.Status);
                var marked = Regex.Matches(page.Html, "<a href=\"([^\"]*)\" aria-current=\"page\">").Select(m => m.Groups[1].Value);
                // Kept by the phone for when there is no network, this page shows nobody's menu.
                if (place.Href != "/pharmacy/offline") Assert.Equal([place.Href], marked);
            }
        }
    }

    [Fact]
    public async Task Many_pharmacies_stand_by_district_until_one_is_opened_or_looked_for()
    {
        await using var city = await SandboxHost.StartAsync("chuzhou", "2020-02-03T10:00:00+08:00");
        var supervisor = await city.SupervisorAsync();
        var folded = await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies");
        var all = BoardView.Of(await city.Get<Board>().GetAsync(CancellationToken.None), city.Get<CityCalendar>()).Pharmacies;
        Assert.DoesNotContain(all[0].Name, folded.Text, StringComparison.Ordinal);
        Assert.Contains(all[0].District, folded.Text, StringComparison.Ordinal);
        Assert.Contains($"共 {all.Count} 家药店", folded.Text, StringComparison.Ordinal);

        var district = await PageReader.OpenAsync(supervisor, $"/supervisor/pharmacies?district={Uri.EscapeDataString(all[0].District)}");
        Assert.Contains(all[0].Name, district.Text, StringComparison.Ordinal);
        var found = await PageReader.OpenAsync(supervisor, $"/supervisor/pharmacies?q={all[^1].Code}");
        Assert.Contains("1 家药店", found.Text, StringComparison.Ordinal);
        Assert.Contains(all[^1].Name, found.Text, StringComparison.Ordinal);
        Assert.Contains("没有这样的药店", (await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies?q=nowhere")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_order_of_a_list_is_remembered()
    {
        await UseAsync(DatabaseKind.Sqlite);
        var supervisor = await host.SupervisorAsync();
        Assert.Contains("value=\"code\" selected", (await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies")).Html, StringComparison.Ordinal);
        await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies?order=booked");
        Assert.Contains("value=\"booked\" selected", (await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies")).Html, StringComparison.Ordinal);
        Assert.Contains("value=\"booked\" selected", (await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies?order=no-such")).Html, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task Large_type_is_remembered_on_the_staffs_pages_too(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var browser = host.Anonymous(followsRedirects: true);
        Assert.DoesNotContain("class=\"large\"", (await PageReader.OpenAsync(browser, "/staff/login")).Html, StringComparison.Ordinal);
        Assert.Contains("class=\"large\"", (await PageReader.OpenAsync(browser, "/large-type?on=1&returnUrl=/staff/login")).Html, StringComparison.Ordinal);
    }
}
