using System.Net;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.City;

public sealed class StaffLoginTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private CounterHost host = null!;

    private async Task UseAsync(DatabaseKind engine) => host = await hosts.OnAsync(engine);

    private const string Password = "correct horse battery";
    private static int names;

    private async Task<string> NewClerkAsync()
    {
        var name = $"clerk-{Interlocked.Increment(ref names)}";
        Assert.Equal(1, await AddClerkAsync(host, name.ToUpperInvariant(), Password));
        return name;
    }

    /// <summary>How many were added: one, or none where the name is taken.</summary>
    internal static Task<int> AddClerkAsync(CounterHost host, string name, string password)
    {
        var clerk = new NewStaff(name, StaffStore.Hash(password), StaffRole.Clerk, host.Pharmacies["LD01"]);
        return host.Get<Database>().WriteAsync(transaction => StaffStore.AddAsync(transaction, [clerk]), CancellationToken.None);
    }

    private async Task<string?> LogInAsync(string username, string password, string? returnUrl = null)
    {
        using var browser = host.Anonymous();
        using var answer = await StaffLogins.LogInAsync(browser, username, password, returnUrl);
        return answer.StatusCode == HttpStatusCode.Found ? answer.Headers.Location!.OriginalString : null;
    }

    [EngineTheory]
    public async Task Names_are_taken_in_any_case_with_blanks_around(DatabaseKind engine)
    {
        await UseAsync(engine);
        var name = await NewClerkAsync();
        Assert.Equal("/pharmacy", await LogInAsync($"  {name.ToUpperInvariant()} ", Password));
        Assert.Equal(0, await AddClerkAsync(host, name, Password));
    }

    [EngineTheory]
    public async Task Each_role_goes_to_its_own_page(DatabaseKind engine)
    {
        await UseAsync(engine);
        Assert.Equal("/pharmacy", await LogInAsync("clerk-ld01", "clerk-demo"));
        Assert.Equal("/supervisor", await LogInAsync("supervisor", "supervisor-demo"));
    }

    [Theory]
    [InlineData("/pharmacy/lists/2020-02-10", "/pharmacy/lists/2020-02-10")]
    [InlineData("/supervisor", "/pharmacy")]
    [InlineData("https://evil.example/pharmacy", "/pharmacy")]
    [InlineData("//evil.example", "/pharmacy")]
    [InlineData("/\\evil.example", "/pharmacy")]
    [InlineData("/pharmacyevil", "/pharmacy")]
    [InlineData("javascript:alert(1)", "/pharmacy")]
    public async Task Only_own_local_addresses_are_followed(string returnUrl, string target)
    {
        await UseAsync(DatabaseKind.Sqlite);
        Assert.Equal(target, await LogInAsync("clerk-ld01", "clerk-demo", returnUrl));
    }

    [EngineTheory]
    public async Task Unknown_name_and_wrong_password_get_the_same_page(DatabaseKind engine)
    {
        await UseAsync(engine);
        var name = await NewClerkAsync();
        var pages = new List<string>();
        foreach (var (who, password) in new[] { (name, "wrong"), ("nobody-at-all", "wrong") })
        {
            using var browser = host.Anonymous();
            using var answer = await StaffLogins.LogInAsync(browser, who, password);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var page = await answer.Content.ReadAsStringAsync();
            Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
            pages.Add(page.Replace(who, "", StringComparison.Ordinal).Replace(Phone.FormToken(page), "", StringComparison.Ordinal));
        }

        Assert.Equal(pages[0], pages[1]);
    }

    [EngineTheory]
    public async Task Five_failures_lock_for_ten_minutes(DatabaseKind engine)
    {
        await UseAsync(engine);
        var name = await NewClerkAsync();
        var start = host.Now;
        for (var i = 0; i < LoginLimitStore.MostFailures; i++) Assert.Null(await LogInAsync(name, "wrong"));
        Assert.Null(await LogInAsync(name, Password));
        host.Now = start + LoginLimitStore.LockTime - TimeSpan.FromSeconds(1);
        Assert.Null(await LogInAsync(name, Password));
        host.Now = start + LoginLimitStore.LockTime;
        Assert.Equal("/pharmacy", await LogInAsync(name, Password));
        host.Now = start;
    }

    [EngineTheory]
    public async Task Four_failures_and_a_success_start_the_count_anew(DatabaseKind engine)
    {
        await UseAsync(engine);
        var name = await NewClerkAsync();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 1; i < LoginLimitStore.MostFailures; i++) Assert.Null(await LogInAsync(name, "wrong"));
            Assert.NotNull(await LogInAsync(name, Password));
        }
    }

    [EngineTheory]
    public async Task A_burst_of_guesses_is_counted_each(DatabaseKind engine)
    {
        await UseAsync(engine);
        var name = await NewClerkAsync();
        var store = host.Get<StaffStore>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => store.VerifyAsync(name, "wrong", Callers.At($"198.51.100.1", $"burst {i}"), CancellationToken.None)));
        Assert.Null((await store.VerifyAsync(name, Password, Callers.At("198.51.100.1", "another"), CancellationToken.None)).Staff);
    }

    [EngineTheory]
    public async Task Log_ins_are_audited_without_passwords(DatabaseKind engine)
    {
        await UseAsync(engine);
        var name = await NewClerkAsync();
        await LogInAsync(name, "a-wrong-secret");
        await LogInAsync(name, Password);
        await LogInAsync("typed-secret-as-name", "x");
        var actions = await host.Get<Database>().QueryAsync<string>("SELECT action FROM audit WHERE subject = @name ORDER BY id", new { name });
        Assert.Equal(["staff.login_failed", "staff.login"], actions, StringComparer.Ordinal);
        var all = await host.Get<Database>().QueryAsync<string>("SELECT actor || action || subject || COALESCE(detail, '') FROM audit");
        Assert.DoesNotContain(all, line => line.Contains("secret", StringComparison.Ordinal) || line.Contains(Password, StringComparison.Ordinal));
    }

    [EngineTheory]
    public async Task Failures_are_one_line_for_a_name_and_hour_and_all_made_up_names_share_one(DatabaseKind engine)
    {
        await UseAsync(engine);
        var (start, name, store) = (host.Now, await NewClerkAsync(), host.Get<StaffStore>());
        host.Now = start.AddDays(3);
        // By threes, which all have their turn.
        async Task FailAsync(int count)
        {
            for (var i = 0; i < count; i += 3)
                await Task.WhenAll(Enumerable.Range(i, 3).SelectMany(n => new[] { (Who: name, n), (Who: $"made-up-{n}", n) }).Select(t => store.VerifyAsync(t.Who, "wrong", Callers.At($"203.0.113.{t.n}"), CancellationToken.None)));
        }

        await FailAsync(12);
        host.Now = host.Now.AddHours(1);
        await FailAsync(3);
        var lines = await host.Get<Database>().QueryAsync<AuditLine>(
            "SELECT subject, counted FROM audit WHERE action = 'staff.login_failed' AND at >= @from AND subject IN (@name, '-') ORDER BY at, subject", new { from = start.AddDays(3), name });
        host.Now = start;
        Assert.Equal([("-", 12), (name, 12), ("-", 3), (name, 3)], lines.Select(l => (l.Subject, l.Counted)));
    }

    [EngineTheory]
    public async Task A_cookie_ends_when_its_holder_is_disabled_or_moved(DatabaseKind engine)
    {
        await UseAsync(engine);
        foreach (var change in new[] { "UPDATE staff SET disabled = 1 WHERE username = @name", "UPDATE staff SET pharmacy_id = pharmacy_id + 1 WHERE username = @name" })
        {
            var name = await NewClerkAsync();
            using var browser = host.Anonymous();
            using var login = await StaffLogins.LogInAsync(browser, name, Password);
            using var before = await browser.GetAsync(new Uri("/pharmacy", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
            await host.Get<Database>().WriteAsync(t => t.ExecuteAsync(change, new { name }), CancellationToken.None);
            using var after = await browser.GetAsync(new Uri("/pharmacy", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Found, after.StatusCode);
        }
    }

    [EngineTheory]
    public async Task Logging_out_needs_the_form_and_ends_the_cookie(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var browser = host.Anonymous();
        using var login = await StaffLogins.LogInAsync(browser, "clerk-ld02", "clerk-demo");
        using var empty = new FormUrlEncodedContent([]);
        using var without = await browser.PostAsync(new Uri("/staff/logout", UriKind.Relative), empty);
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        var page = await browser.GetStringAsync(new Uri("/pharmacy", UriKind.Relative));
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", Phone.FormToken(page))]);
        using var logout = await browser.PostAsync(new Uri("/staff/logout", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.Found, logout.StatusCode);
        using var after = await browser.GetAsync(new Uri("/pharmacy", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Found, after.StatusCode);
    }
}
