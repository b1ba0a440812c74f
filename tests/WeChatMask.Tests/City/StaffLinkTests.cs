using System.Net;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.City;

/// <summary>The links by which people set their password.</summary>
public sealed class StaffLinkTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private const string Password = "a river in spring";
    private static int names;

    private CounterHost host = null!;

    [EngineTheory]
    public async Task The_first_administrator_chooses_a_name_and_a_password_once(DatabaseKind engine)
    {
        await WithoutAdministratorAsync(engine);
        var old = await FirstAsync();
        var link = await FirstAsync();
        using var stranger = host.Anonymous(followsRedirects: true);
        Assert.Equal(HttpStatusCode.Gone, (await PageReader.OpenAsync(stranger, old.Path)).Status);

        using var browser = host.Anonymous(followsRedirects: true);
        var page = await PageReader.OpenAsync(browser, link.Path);
        Assert.Equal(("/staff/welcome", ""), (page.Address.AbsolutePath, page.Address.Query));
        foreach (var (name, password, again) in new[] { ("root", "short", "short"), ("root", Password, Password + "x"), ("a b", Password, Password), ("clerk-ld01", Password, Password), ("operator", Password, Password) })
        {
            var refused = await page.PostAsync(browser, ("Username", name), ("Password", password), ("Again", again));
            Assert.Equal((HttpStatusCode.UnprocessableEntity, true), (refused.Status, refused.Html.Contains("role=\"alert\"", StringComparison.Ordinal)));
            Assert.DoesNotContain(password, refused.Html, StringComparison.Ordinal);
        }

        // Nor is one taken past the page.
        var token = link.Path[(link.Path.IndexOf('=', StringComparison.Ordinal) + 1)..];
        foreach (var weak in new[] { "", "short", "1234567890", "administrator" })
            Assert.Equal(WelcomeFault.InvalidPassword, await host.Get<StaffLinkStore>().FinishAsync(token, "administrator", weak, default));

        var done = await page.PostAsync(browser, ("Username", "Root"), ("Password", Password), ("Again", Password));
        Assert.Equal((HttpStatusCode.OK, "/staff/login"), (done.Status, done.Address.AbsolutePath));
        Assert.Equal(StaffRole.Administrator, (await host.Get<StaffStore>().VerifyAsync("root", Password, Callers.At("192.0.2.1"), default)).Staff!.Role);

        Assert.Equal(HttpStatusCode.Gone, (await PageReader.OpenAsync(stranger, link.Path)).Status);
        Assert.Equal(AccountFault.HasAdministrator, (await host.Get<StaffLinkStore>().FirstAdministratorAsync(default)).Fault);
        Assert.Null(await host.Get<StaffLinkStore>().FirstAtStartAsync(default));
    }

    [EngineTheory]
    public async Task A_city_without_an_administrator_prints_one_link_however_many_nodes_start(DatabaseKind engine)
    {
        await WithoutAdministratorAsync(engine);
        var store = host.Get<StaffLinkStore>();
        var start = host.Now;
        Assert.Single((await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.FirstAtStartAsync(default)))).OfType<StaffLink>());
        host.Now = start + StaffLinkStore.FirstLife - TimeSpan.FromSeconds(1);
        Assert.Null(await store.FirstAtStartAsync(default));
        host.Now = start + StaffLinkStore.FirstLife;
        Assert.NotNull(await store.FirstAtStartAsync(default));
        host.Now = start;
    }

    [EngineTheory]
    public async Task Of_two_browsers_with_one_link_one_wins(DatabaseKind engine)
    {
        await WithoutAdministratorAsync(engine);
        var invited = await InviteAsync();
        foreach (var (link, name) in new[] { (await FirstAsync(), "root"), (invited.Link, invited.Name) })
        {
            var before = await SetByLinkAsync(name);
            var browsers = new List<(HttpClient Browser, PageReader Page)>();
            for (var i = 0; i < 3; i++)
            {
                var browser = host.Anonymous(followsRedirects: true);
                browsers.Add((browser, await PageReader.OpenAsync(browser, link.Path)));
            }

            var answers = await Task.WhenAll(browsers.Select((b, i) => b.Page.PostAsync(b.Browser, ("Username", name), ("Password", $"{Password} {i}"), ("Again", $"{Password} {i}"))));
            Assert.Equal((1, 2), (answers.Count(a => a.Status == HttpStatusCode.OK), answers.Count(a => a.Status == HttpStatusCode.Gone)));
            var winner = Array.FindIndex(answers, a => a.Status == HttpStatusCode.OK);
            Assert.NotNull((await host.Get<StaffStore>().VerifyAsync(name, $"{Password} {winner}", Callers.At("192.0.2.1"), default)).Staff);
            Assert.Equal(before + 1, await SetByLinkAsync(name));
            foreach (var (browser, _) in browsers) browser.Dispose();
        }
    }

    [EngineTheory]
    public async Task An_invitation_is_good_for_a_day_and_its_token_is_kept_nowhere(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var (name, link) = await InviteAsync();
        Assert.Null((await host.Get<StaffStore>().VerifyAsync(name, "", Callers.At("192.0.2.1"), default)).Staff);
        var start = host.Now;
        host.Now = start + StaffLinkStore.Life;
        using var browser = host.Anonymous(followsRedirects: true);
        Assert.Equal(HttpStatusCode.Gone, (await PageReader.OpenAsync(browser, link.Path)).Status);
        host.Now = start + StaffLinkStore.Life - TimeSpan.FromSeconds(1);
        Assert.Equal(HttpStatusCode.OK, (await PageReader.OpenAsync(browser, link.Path)).Status);
        host.Now = start;

        var token = link.Path.Split("token=")[1];
        foreach (var stored in await host.Get<Database>().QueryAsync<string>("SELECT token_hash FROM staff_link UNION SELECT COALESCE(detail, '') FROM audit"))
            Assert.DoesNotContain(token, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(token, link.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_leaves_the_address_before_anything_is_shown()
    {
        host = await hosts.OnAsync(DatabaseKind.Sqlite);
        var (_, link) = await InviteAsync();
        using var browser = host.Anonymous();
        using var answer = await browser.GetAsync(new Uri(link.Path, UriKind.Relative));
        Assert.Equal((HttpStatusCode.Found, "/staff/welcome"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(link.Path.Split("token=")[1], cookie, StringComparison.Ordinal);
        using var page = await browser.GetAsync(new Uri("/staff/welcome", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "no-referrer"), (page.StatusCode, page.Headers.GetValues("Referrer-Policy").Single()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=x")]
    [InlineData("?token=%00%00")]
    [InlineData("?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("?token=%E6%B9%96%E5%8D%97")]
    [InlineData("?token=a&token=b")]
    public async Task Whatever_is_no_link_is_told_so(string query)
    {
        host = await hosts.OnAsync(DatabaseKind.Sqlite);
        using var browser = host.Anonymous(followsRedirects: true);
        Assert.Equal(HttpStatusCode.Gone, (await PageReader.OpenAsync(browser, "/staff/welcome" + query)).Status);
    }

    private async Task WithoutAdministratorAsync(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        await host.Get<Database>().WriteAsync(
            async t => await t.ExecuteAsync("DELETE FROM staff WHERE role = @role OR username = 'root'", new { role = StaffRole.Administrator })
                + await t.ExecuteAsync("DELETE FROM staff_link WHERE staff_id = 0"),
            default);
    }

    private Task<long> SetByLinkAsync(string name) => host.Get<Database>().ScalarAsync<long>(
        "SELECT COUNT(*) FROM audit WHERE subject = @name AND action IN ('staff.first_administrator', 'staff.password_by_link')", new { name });

    private async Task<StaffLink> FirstAsync() => (await host.Get<StaffLinkStore>().FirstAdministratorAsync(default)).Link!;

    private async Task<(string Name, StaffLink Link)> InviteAsync()
    {
        var name = $"invited-{Interlocked.Increment(ref names)}";
        var answer = await host.Get<StaffAccountStore>().InviteAsync(AccountActor.Operator, name, StaffRole.Clerk, "LD01", default);
        Assert.Equal(AccountFault.None, answer.Fault);
        return (name, answer.Link!);
    }
}
