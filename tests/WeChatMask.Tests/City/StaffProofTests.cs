using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.City;

/// <summary>Second factors and one's own account, as browsers use them.</summary>
public sealed partial class StaffProofTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private const string Password = "a river in spring";
    private static int names;

    private CounterHost host = null!;

    [EngineTheory]
    public async Task A_code_is_asked_for_once_it_is_turned_on_and_each_is_good_once(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var (name, _) = await NewAsync(StaffRole.Clerk, "LD01");
        using var phone = await LogInAsync(name);
        using var other = await LogInAsync(name);
        var (secret, codes) = await TurnOnAsync(phone, name);
        Assert.Equal(10, codes.Count);
        // The phone's own log-in goes on, others end.
        Assert.Equal(HttpStatusCode.OK, (await PageReader.OpenAsync(phone, "/pharmacy")).Status);
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(other, "/pharmacy"));

        var code = await NextCodeAsync(name, secret);
        using var first = host.Anonymous();
        using var second = host.Anonymous();
        foreach (var browser in new[] { first, second })
        {
            using var half = await StaffLogins.LogInAsync(browser, name, Password);
            Assert.Equal("/staff/code", half.Headers.Location?.OriginalString);
            Assert.Equal(HttpStatusCode.Found, await StatusAsync(browser, "/pharmacy"));
        }

        using var wrong = await StaffLogins.EnterCodeAsync(first, code == "000000" ? "111111" : "000000");
        Assert.Equal(HttpStatusCode.OK, wrong.StatusCode);
        var answers = await Task.WhenAll(StaffLogins.EnterCodeAsync(first, code), StaffLogins.EnterCodeAsync(second, code));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Found);
        foreach (var answer in answers) answer.Dispose();
    }

    [EngineTheory]
    public async Task A_code_on_paper_is_good_once_whoever_is_faster(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var (name, _) = await NewAsync(StaffRole.Clerk, "LD01");
        using var phone = await LogInAsync(name);
        var (_, codes) = await TurnOnAsync(phone, name);
        var browsers = new List<HttpClient>();
        for (var i = 0; i < 3; i++)
        {
            browsers.Add(host.Anonymous());
            using var half = await StaffLogins.LogInAsync(browsers[i], name, Password);
        }

        var answers = await Task.WhenAll(browsers.Select(b => StaffLogins.EnterCodeAsync(b, codes[3].ToLowerInvariant())));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Found);
        foreach (var answer in answers) answer.Dispose();
        foreach (var browser in browsers) browser.Dispose();
        foreach (var stored in await host.Get<Database>().QueryAsync<string>("SELECT code_hash FROM staff_recovery_code")) Assert.DoesNotContain(codes[0], stored, StringComparison.Ordinal);
        var sealedSecret = await host.Get<Database>().ScalarAsync<string>("SELECT totp_secret FROM staff WHERE username = @name", new { name });
        Assert.Contains(':', sealedSecret!);
    }

    [EngineTheory]
    public async Task Five_wrong_codes_lock_and_the_right_one_then_waits(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var (name, id) = await NewAsync(StaffRole.Clerk, "LD01");
        using var phone = await LogInAsync(name);
        var (_, codes) = await TurnOnAsync(phone, name);
        using var browser = host.Anonymous();
        using var half = await StaffLogins.LogInAsync(browser, name, Password);
        for (var i = 0; i < LoginLimitStore.MostFailures; i++) (await StaffLogins.EnterCodeAsync(browser, "AAAAA-AAAAA")).Dispose();
        using var locked = await StaffLogins.EnterCodeAsync(browser, codes[0]);
        Assert.Equal(HttpStatusCode.OK, locked.StatusCode);
        Assert.Equal(AccountFault.None, (await host.Get<StaffAccountStore>().UnlockAsync(AccountActor.Operator, id, default)).Fault);
        using var unlocked = await StaffLogins.EnterCodeAsync(browser, codes[0]);
        Assert.Equal(HttpStatusCode.Found, unlocked.StatusCode);
    }

    [EngineTheory]
    public async Task An_administrator_reaches_nothing_before_the_second_factor_and_all_with_it(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var (name, _) = await NewAsync(StaffRole.Administrator, null);
        using var browser = await LogInAsync(name);
        foreach (var page in new[] { "/administrator", "/staff/accounts", "/staff/me" })
        {
            using var answer = await browser.GetAsync(new Uri(page, UriKind.Relative));
            Assert.Equal((HttpStatusCode.Found, "/staff/totp"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        }

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(browser, "/api/supervisor/audit"));
        await TurnOnAsync(browser, name);
        foreach (var page in new[] { "/administrator", "/staff/accounts", "/staff/me", "/api/supervisor/audit" }) Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, page));
        var off = await PageReader.OpenAsync(browser, "/staff/totp");
        Assert.DoesNotContain("handler=Off", off.Html, StringComparison.Ordinal);
        var kept = await (off with { Address = new Uri(off.Address, "/staff/totp?handler=Off") }).PostAsync(browser, ("Password", Password));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, kept.Status);
    }

    [EngineTheory]
    public async Task A_new_password_needs_the_old_one_keeps_the_rules_and_ends_the_other_log_ins(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var (name, id) = await NewAsync(StaffRole.Clerk, "LD01");
        using var own = await LogInAsync(name);
        using var other = await LogInAsync(name);
        var page = await PageReader.OpenAsync(own, "/staff/me");
        page = page with { Address = new Uri(page.Address, "/staff/me?handler=Password") };
        foreach (var (old, next, again) in new[] { ("wrong", "another river", "another river"), (Password, "short", "short"), (Password, name + "99", name + "99"), (Password, "another river", "another rover") })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await page.PostAsync(own, ("Password", old), ("NewPassword", next), ("Again", again))).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other, "/pharmacy"));
        Assert.Equal(HttpStatusCode.OK, (await page.PostAsync(own, ("Password", Password), ("NewPassword", "another river"), ("Again", "another river"))).Status);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Found), (await StatusAsync(own, "/pharmacy"), await StatusAsync(other, "/pharmacy")));
        Assert.NotNull((await host.Get<StaffStore>().VerifyAsync(name, "another river", Callers.At("192.0.2.1"), default)).Staff);
        Assert.Single(await host.Get<SessionStore>().OfAsync(SessionKind.Staff, id, default));

        for (var i = 0; i < LoginLimitStore.MostFailures; i++) await page.PostAsync(own, ("Password", "wrong"), ("NewPassword", "third river x"), ("Again", "third river x"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await page.PostAsync(own, ("Password", "another river"), ("NewPassword", "third river x"), ("Again", "third river x"))).Status);
    }

    [EngineTheory]
    public async Task A_clerk_binds_WeChat_logs_in_by_it_and_loses_it_with_the_post(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var (name, id) = await NewAsync(StaffRole.Clerk, "LD01");
        var (rival, rivalId) = await NewAsync(StaffRole.Clerk, "LD01");
        var openId = $"oClerk{engine}";
        using var own = await LogInAsync(name);
        using var other = await LogInAsync(rival);
        Assert.Equal("/staff/login?notBound=true", await ByWeChatAsync(openId));
        Assert.Equal("/staff/me?bound=None", await BindAsync(own, openId));
        Assert.Equal("/staff/me?bound=BoundElsewhere", await BindAsync(other, openId));
        Assert.Equal("/pharmacy", await ByWeChatAsync(openId));
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE wechat_hash = @openId", new { openId }));

        Func<Task>[] ends =
        [
            () => host.Get<StaffAccountStore>().PlaceAsync(AccountActor.Operator, id, null, "LD02", default),
            async () =>
            {
                await host.Get<StaffAccountStore>().DisableAsync(AccountActor.Operator, rivalId, default);
                await host.Get<StaffAccountStore>().EnableAsync(AccountActor.Operator, rivalId, default);
            },
        ];
        foreach (var (end, browser) in ends.Zip([own, other]))
        {
            if (browser == other) Assert.Equal("/staff/me?bound=None", await BindAsync(other, openId));
            await end();
            Assert.Equal("/staff/login?notBound=true", await ByWeChatAsync(openId));
        }

        var (supervisor, _) = await NewAsync(StaffRole.Supervisor, null);
        using var wide = await LogInAsync(supervisor);
        Assert.Equal("/staff/me?bound=NotForRole", await BindAsync(wide, openId));
    }

    [Fact]
    public async Task An_account_of_WeChat_that_logs_in_is_still_asked_for_the_code()
    {
        host = await hosts.OnAsync(DatabaseKind.Sqlite);
        var (name, _) = await NewAsync(StaffRole.Clerk, "LD01");
        using var own = await LogInAsync(name);
        Assert.Equal("/staff/me?bound=None", await BindAsync(own, "oCoded"));
        await TurnOnAsync(own, name);
        Assert.Equal("/staff/code", await ByWeChatAsync("oCoded"));
    }

    private async Task<(string Name, long Id)> NewAsync(StaffRole role, string? pharmacy)
    {
        var name = $"proof.{Interlocked.Increment(ref names)}";
        var one = new NewStaff(name, StaffStore.Hash(Password), role, pharmacy is null ? null : host.Pharmacies[pharmacy]);
        Assert.Equal(1, await host.Get<Database>().WriteAsync(t => StaffStore.AddAsync(t, [one]), default));
        return (name, (await host.Get<StaffAccountQueries>().FindAsync(name, default))!.Id);
    }

    private async Task<HttpClient> LogInAsync(string name)
    {
        var browser = host.Anonymous();
        using var answer = await StaffLogins.LogInAsync(browser, name, Password);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return browser;
    }

    private async Task<(string Secret, IReadOnlyList<string> Codes)> TurnOnAsync(HttpClient browser, string name)
    {
        var page = await PageReader.OpenAsync(browser, "/staff/totp");
        var secret = ShownSecret().Match(page.Html).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal(32, secret.Length);
        var refused = await page.PostAsync(browser, ("Sealed", page.Hidden("Sealed")), ("Code", "12345"), ("Password", Password));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, true), (refused.Status, refused.Html.Contains(secret[..4], StringComparison.Ordinal)));
        var done = await page.PostAsync(browser, ("Sealed", page.Hidden("Sealed")), ("Code", StaffLogins.CodeOf(secret)), ("Password", Password));
        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.DoesNotContain(secret, done.Html, StringComparison.Ordinal);
        Assert.Contains("no-store", done.Answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM audit WHERE action = 'staff.totp_on' AND actor = @name", new { name }));
        return (secret, [.. PaperCode().Matches(done.Html).Select(m => m.Groups[1].Value + m.Groups[2].Value)]);
    }

    // The step that turned it on is spent; the test does not wait for the next one.
    private async Task<string> NextCodeAsync(string name, string secret)
    {
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE staff SET totp_step = 0 WHERE username = @name", new { name }), default);
        return StaffLogins.CodeOf(secret);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient browser, string path)
    {
        using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private async Task<string> ByWeChatAsync(string openId)
    {
        using var browser = host.Anonymous();
        using var start = await browser.GetAsync(new Uri("/staff/wechat", UriKind.Relative));
        return await BackAsync(browser, start, openId);
    }

    private static async Task<string> BindAsync(HttpClient browser, string openId)
    {
        var page = await PageReader.OpenAsync(browser, "/staff/me");
        var start = await (page with { Address = new Uri(page.Address, "/staff/me?handler=Bind") }).PostAsync(browser);
        return await BackAsync(browser, start.Answer, openId);
    }

    private static async Task<string> BackAsync(HttpClient browser, HttpResponseMessage start, string openId)
    {
        using var asked = await browser.GetAsync(new Uri(start.Headers.Location!.ToString().Replace("#wechat_redirect", $"&openid={openId}", StringComparison.Ordinal)));
        using var back = await browser.GetAsync(asked.Headers.Location);
        return back.Headers.Location?.OriginalString ?? $"{back.StatusCode}";
    }

    [GeneratedRegex("<code>([A-Z2-7 ]{39})</code>")]
    private static partial Regex ShownSecret();

    [GeneratedRegex("<code class=\"digits\">([A-Z0-9]{5})-([A-Z0-9]{5})</code>")]
    private static partial Regex PaperCode();
}
