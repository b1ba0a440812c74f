using System.Net;
using WeChatMask.City;
using WeChatMask.Data;
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
        foreach (var part in new[] { "pharmacies", "rounds", "jobs" })
        {
            Assert.Contains($"href=\"/supervisor#{part}\"", page.Html, StringComparison.Ordinal);
            Assert.Contains($"id=\"{part}\"", page.Html, StringComparison.Ordinal);
        }

        Assert.Contains("action=\"/staff/logout\"", page.Html, StringComparison.Ordinal);
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
