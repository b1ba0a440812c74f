using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.City;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Web;

/// <summary>A log-in stands as long as its row does, on every node.</summary>
public sealed class SessionTests
{
    private const string StaffCall = "/api/pharmacy/offline";
    private const string ResidentCall = "/api/me";

    [EngineTheory]
    public async Task A_staff_log_in_that_ends_on_one_node_is_over_on_the_other_at_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        await using var other = await host.AddNodeAsync();
        var database = host.Get<Database>();
        var known = await database.QueryOneAsync<StaffRow>("SELECT id, username, password_hash, role, pharmacy_id FROM staff WHERE username = 'clerk-ld01'");
        var (clerk, sessions) = (known!.Id, host.Get<SessionStore>());
        async Task WriteAsync(Func<WriteTransaction, Task> work) => await database.WriteAsync(work, CancellationToken.None);
        (string Name, Func<HttpClient, Task> Do)[] ends =
        [
            ("sign-out", async browser => Assert.Equal(HttpStatusCode.Found, (await (await PageReader.OpenAsync(browser, "/pharmacy")).PostToAsync(browser, "/staff/logout")).Status)),
            ("one ended from the list", async _ => Assert.True(await sessions.EndAsync(SessionKind.Staff, clerk, (await sessions.OfAsync(SessionKind.Staff, clerk, default))[0].IdHash, default))),
            ("a new password", _ => WriteAsync(async t =>
            {
                await t.ExecuteAsync("UPDATE staff SET password_hash = @hash WHERE id = @clerk", new { hash = StaffStore.Hash("clerk-demo"), clerk });
                await SessionStore.EndAllAsync(t, SessionKind.Staff, clerk);
            })),
            ("another role", _ => WriteAsync(t => t.ExecuteAsync("UPDATE staff SET role = @role WHERE id = @clerk", new { role = StaffRole.PharmacyLead, clerk }))),
            ("another pharmacy", _ => WriteAsync(t => t.ExecuteAsync("UPDATE staff SET pharmacy_id = pharmacy_id + 1 WHERE id = @clerk", new { clerk }))),
            ("disabled", _ => WriteAsync(t => t.ExecuteAsync("UPDATE staff SET disabled = 1 WHERE id = @clerk", new { clerk }))),
        ];
        foreach (var (name, end) in ends)
        {
            await WriteAsync(t => t.ExecuteAsync("UPDATE staff SET role = @Role, pharmacy_id = @PharmacyId WHERE id = @Id", new { known.Role, known.PharmacyId, known.Id }));
            var (browser, cookie) = await StaffAsync(host, "clerk-ld01");
            Assert.Equal(HttpStatusCode.OK, await CallAsync(other, StaffCall, cookie));
            await end(browser);
            Assert.True(await CallAsync(other, StaffCall, cookie) == HttpStatusCode.Unauthorized, name);
            Assert.True(await CallAsync(host, StaffCall, cookie) == HttpStatusCode.Unauthorized, name);
            browser.Dispose();
        }
    }

    [EngineTheory]
    public async Task A_resident_signs_out_of_this_browser_on_every_node(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        await using var other = await host.AddNodeAsync();
        var (phone, cookie) = await ResidentAsync(host, "oLeaves");
        var (second, kept) = await ResidentAsync(host, "oLeaves");
        using (phone)
        using (second)
        {
            Assert.Equal(HttpStatusCode.OK, await CallAsync(other, ResidentCall, cookie));

            Assert.Equal(HttpStatusCode.Found, (await (await PageReader.OpenAsync(phone, "/my-data")).PostToAsync(phone, "/my-data?handler=leave")).Status);

            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(other, ResidentCall, cookie));
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(host, ResidentCall, cookie));
            Assert.Equal(HttpStatusCode.OK, await CallAsync(other, ResidentCall, kept));
        }
    }

    [EngineTheory]
    public async Task A_log_in_lasts_its_time_whatever_is_done_and_outlives_a_restart(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        var (phone, resident) = await ResidentAsync(host, "oLasts");
        var (browser, staff) = await StaffAsync(host, "clerk-ld02");
        phone.Dispose();
        browser.Dispose();
        Task<List<SessionRow>> RowsAsync() => host.Get<Database>().QueryAsync<SessionRow>("SELECT id_hash, kind, subject_id, created_at, expires_at, seen_at, browser FROM session ORDER BY kind");
        var before = await RowsAsync();
        Assert.Equal([TimeSpan.FromDays(30), TimeSpan.FromHours(12)], before.Select(r => r.ExpiresAt - r.CreatedAt));

        await host.RestartAsync();
        // Years of the city's clock are nothing to a log-in.
        await host.SetClockAsync("2019-01-01T00:00:00+08:00");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(host, ResidentCall, resident));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(host, StaffCall, staff));
        Assert.Equal(before.Select(r => (r.IdHash, r.ExpiresAt)), (await RowsAsync()).Select(r => (r.IdHash, r.ExpiresAt)));

        await host.Get<Database>().WriteAsync(
            async t =>
            {
                await t.ExecuteAsync("UPDATE session SET expires_at = @now", new { now = TimeProvider.System.GetUtcNow() });
                // Nothing of ours moves that time, so only who does it here tells those who keep it.
                await t.ExecuteAsync("UPDATE session_change SET version = version + 1");
            },
            CancellationToken.None);
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(host, ResidentCall, resident));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(host, StaffCall, staff));
        await host.Get<SessionStore>().PurgeAsync(CancellationToken.None);
        Assert.Empty(await RowsAsync());
    }

    [EngineTheory]
    public async Task A_log_in_that_was_verified_before_a_new_password_begins_no_session_after_it(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        var staff = host.Get<StaffStore>();
        var verified = (await staff.VerifyAsync("clerk-ld03", "clerk-demo", Callers.At("192.0.2.1"), CancellationToken.None)).Staff;
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE staff SET password_hash = 'another' WHERE id = @Id", new { verified!.Id }), CancellationToken.None);

        Assert.False(await staff.BeginAsync(verified!, Begun(SessionKind.Staff), CancellationToken.None));

        Assert.Empty(await host.Get<SessionStore>().OfAsync(SessionKind.Staff, verified!.Id, CancellationToken.None));
    }

    [EngineTheory]
    public async Task Somebodys_log_ins_are_listed_and_ended_but_for_the_own(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        var (database, sessions) = (host.Get<Database>(), host.Get<SessionStore>());
        var begun = Enumerable.Range(0, 3).Select(_ => Begun(SessionKind.Staff)).ToList();
        foreach (var session in begun) await database.WriteAsync(t => SessionStore.BeginAsync(t, session, 7), CancellationToken.None);
        await database.WriteAsync(t => SessionStore.BeginAsync(t, Begun(SessionKind.Resident), 7), CancellationToken.None);

        Assert.Equal(begun.Select(b => b.Hash).Order(StringComparer.Ordinal), (await sessions.OfAsync(SessionKind.Staff, 7, default)).Select(r => r.IdHash).Order(StringComparer.Ordinal));
        Assert.False(await sessions.EndAsync(SessionKind.Staff, 8, begun[0].Hash, default));
        Assert.Equal(2, await database.WriteAsync(t => SessionStore.EndAllAsync(t, SessionKind.Staff, 7, begun[1].Hash), CancellationToken.None));
        Assert.Equal(begun[1].Hash, Assert.Single(await sessions.OfAsync(SessionKind.Staff, 7, default)).IdHash);
        Assert.Single(await sessions.OfAsync(SessionKind.Resident, 7, default));
    }

    [Fact]
    public void Whoever_changes_what_a_log_in_rests_on_ends_the_sessions_in_the_same_breath()
    {
        var changes = 0;
        foreach (var file in Repository.Files("src/WeChatMask", ".cs"))
        {
            var source = Repository.Read(file);
            foreach (Match change in Regex.Matches(source, @"UPDATE staff SET [^""]*?(password_hash|disabled = 1|role|pharmacy_id) ?=?[^""]*"))
            {
                // The same password under a newer hash.
                if (change.Value.Contains("password_hash = @PasswordHash", StringComparison.Ordinal)) continue;
                changes++;
                Assert.Contains("SessionStore.EndAllAsync(", source[change.Index..Math.Min(source.Length, change.Index + 600)], StringComparison.Ordinal);
            }
        }

        Assert.True(changes > 0);
    }

    // A node that has the log-in in memory is told by the number alone.
    [Fact]
    public void Whoever_ends_log_ins_before_their_time_raises_the_number_that_nodes_go_by()
    {
        var ends = 0;
        foreach (var file in Repository.Files("src", ".cs"))
        {
            var source = Repository.Read(file);
            foreach (Match end in Regex.Matches(source, @"(DELETE FROM|UPDATE) session\b(?!_)[^""]*"))
            {
                // What has ended by itself is judged by its time; when somebody was seen says nothing of whether it stands.
                if (end.Value.Contains("expires_at <= @now", StringComparison.Ordinal) || end.Value.StartsWith("UPDATE session SET seen_at = @now WHERE", StringComparison.Ordinal)) continue;
                ends++;
                Assert.Contains("await RaiseAsync(transaction, await transaction.ExecuteAsync(", source[Math.Max(0, end.Index - 160)..end.Index], StringComparison.Ordinal);
            }
        }

        Assert.Equal(2, ends);
    }

    [EngineTheory]
    public async Task A_log_in_that_every_node_keeps_is_over_with_the_commit_of_whoever_ends_it(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        await using var other = await host.AddNodeAsync();
        var (phone, cookie) = await ResidentAsync(host, "oKept");
        var (second, spared) = await ResidentAsync(host, "oSpared");
        phone.Dispose();
        second.Dispose();
        // Each has read it now, and again from memory.
        for (var i = 0; i < 2; i++)
        {
            foreach (var node in new[] { host, other }) Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await CallAsync(node, ResidentCall, cookie), await CallAsync(node, ResidentCall, spared)));
        }

        var account = await host.Get<Database>().ScalarAsync<long>("SELECT id FROM account WHERE open_id = 'oKept'");
        // As a command does it that runs beside the nodes: no object of theirs knows.
        using (var beside = new Database(host.Get<IOptions<DatabaseSettings>>()))
            await beside.WriteAsync(t => SessionStore.EndAllAsync(t, SessionKind.Resident, account), CancellationToken.None);

        foreach (var node in new[] { host, other })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(node, ResidentCall, cookie));
            Assert.Equal(HttpStatusCode.OK, await CallAsync(node, ResidentCall, spared));
        }
    }

    [Theory]
    [InlineData("CfDJ8BXh1I230wlPnXVIB6rp9ADEuijljTKSeSMULTJz2qliXpE0AXnOu5wHIwbMh9kCV8QHVRLjjJW")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("")]
    public async Task A_cookie_of_an_earlier_form_or_of_nobody_means_a_new_log_in(string value)
    {
        await using var host = await SandboxHost.StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(host, ResidentCall, $"wm_resident={value}"));
        Assert.Equal(HttpStatusCode.Found, await CallAsync(host, "/residents", $"wm_resident={value}"));
    }

    [Fact]
    public async Task No_id_is_in_the_database()
    {
        await using var host = await SandboxHost.StartAsync();
        var session = Begun(SessionKind.Staff);
        await host.Get<Database>().WriteAsync(t => SessionStore.BeginAsync(t, session, 7), CancellationToken.None);
        var rows = await host.Get<Database>().QueryAsync<string>("SELECT id_hash || browser FROM session");
        Assert.DoesNotContain(rows, r => r.Contains(session.Id, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(session.Id, session.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Linux; Android 10; V2) AppleWebKit/537.36 Chrome/78 Mobile Safari/537.36 MicroMessenger/7.0", "WeChat, Android")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 13_3 like Mac OS X) AppleWebKit/605.1.15 Version/13.0 Mobile/15E148 Safari/604.1", "Safari, iPhone")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120", "Edge, Windows")]
    [InlineData("curl/8", "")]
    [InlineData("", "")]
    public void A_browser_is_named_in_few_words(string userAgent, string name) => Assert.Equal(name, NewSession.BrowserOf(userAgent));

    [Fact]
    public async Task A_rush_shares_reads_that_begin_after_it_asked()
    {
        var (first, reads, largest) = (new TaskCompletionSource(), 0, 0);
        var standing = true;
        var sessions = new SessionReads(async hashes =>
        {
            largest = Math.Max(largest, hashes.Count);
            var seen = standing;
            if (Interlocked.Increment(ref reads) == 1) await first.Task;
            return seen ? [.. hashes.Distinct().Select(h => new SessionRow { IdHash = h })] : [];
        },
        () => Task.FromResult(standing ? 1L : 2L));
        var alone = sessions.FindAsync("first");
        await Eventually.UntilAsync(() => Volatile.Read(ref reads) == 1);
        standing = false;
        var rush = Enumerable.Range(0, 1000).Select(i => sessions.FindAsync($"{i % 900}")).ToList();
        first.SetResult();

        Assert.NotNull(await alone);
        // Ended while the first read was under way: whoever asked after that is not told by it.
        Assert.All(await Task.WhenAll(rush), Assert.Null);
        Assert.InRange(reads, 2, 1 + 16);
        Assert.Equal(64, largest);
    }

    [Fact]
    public async Task A_read_that_fails_is_told_to_who_asked_and_the_next_is_read_again()
    {
        var fails = true;
        var sessions = new SessionReads(hashes => fails ? throw new InvalidOperationException("gone") : Task.FromResult<List<SessionRow>>([new SessionRow { IdHash = hashes[0] }]), () => Task.FromResult(1L));
        await Assert.ThrowsAsync<InvalidOperationException>(() => sessions.FindAsync("a"));
        fails = false;
        Assert.NotNull(await sessions.FindAsync("a"));
    }

    private static NewSession Begun(SessionKind kind) => new(kind, Guid.NewGuid().ToString("N"), "", TimeProvider.System.GetUtcNow());

    private static async Task<(HttpClient Browser, string Cookie)> StaffAsync(SandboxHost host, string username)
    {
        var (browser, cookies) = Browser(host);
        using var answer = await StaffLogins.LogInAsync(browser, username, "clerk-demo");
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return (browser, cookies.GetCookieHeader(host.Address));
    }

    private static async Task<(HttpClient Browser, string Cookie)> ResidentAsync(SandboxHost host, string openId)
    {
        var (browser, cookies) = Browser(host);
        cookies.Add(host.Address, new Cookie("sandbox_openid", openId, "/"));
        var next = new Uri("/login?returnUrl=%2Fhealth%2Flive", UriKind.Relative);
        while (next.ToString() != "/health/live")
        {
            using var answer = await browser.GetAsync(next);
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            next = answer.Headers.Location!;
        }

        return (browser, cookies.GetCookieHeader(host.Address));
    }

    private static (HttpClient Browser, CookieContainer Cookies) Browser(SandboxHost host)
    {
        var cookies = new CookieContainer();
        return (new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = host.Address }, cookies);
    }

    // With the cookie as it was: the browser itself forgets it when it signs out.
    private static async Task<HttpStatusCode> CallAsync(SandboxHost node, string path, string cookie)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = node.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("Cookie", cookie);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
