using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Supervision;

/// <summary>The audit as people read it, look for something in it, and take it away.</summary>
public sealed partial class AuditPageTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    private static readonly DateTimeOffset Long = new(2019, 5, 1, 12, 0, 0, TimeSpan.FromHours(8));

    private CounterHost host = null!;

    [EngineTheory]
    public async Task Every_line_is_on_one_page_in_order_though_many_are_of_one_instant(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        var lines = Enumerable.Range(0, 137).Select(i => (At: Long.AddSeconds(i / 60), Subject: $"paged-{i}")).ToList();
        await AddAsync(lines.Select(l => (l.At, "pager", "list.read", l.Subject)));
        var browser = await host.StaffAsync("supervisor");
        var seen = new List<string>();
        var next = "/supervisor/audit?actor=pager";
        for (var page = 0; page < 5 && next is not null; page++)
        {
            var shown = await PageReader.OpenAsync(browser, next);
            seen.AddRange(Subjects().Matches(shown.Html).Select(m => m.Value));
            next = Older().Match(shown.Html) is { Success: true } older ? WebUtility.HtmlDecode(older.Groups[1].Value) : null;
        }

        Assert.Null(next);
        Assert.Equal(lines.Select(l => l.Subject).Reverse(), seen, StringComparer.Ordinal);
    }

    [EngineTheory]
    public async Task It_is_narrowed_by_day_actor_action_and_subject(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        await AddAsync(
        [
            (Long.AddYears(-1), "ann", "list.read", "LD01"), (Long.AddYears(-1).AddHours(11.99), "ann", "delivery.read", "LD01"),
            (Long.AddYears(-1).AddHours(12), "bob", "list.read", "LD02"), (Long.AddYears(-1).AddDays(2), "bob", "list.read", "LD01"),
        ]);
        var browser = await host.StaffAsync("auditor");
        foreach (var (query, expected) in new[]
        {
            ("from=2018-05-01&to=2018-05-01", 2), ("from=2018-05-01&to=2018-05-02", 3), ("from=2018-05-02&to=2018-05-30", 2), ("to=2018-05-30&actor=%20ANN%20", 2),
            ("to=2018-05-30&do=list.read", 3), ("to=2018-05-30&subject=LD01", 3), ("to=2018-05-30&subject=LD0", 0), ("to=2018-05-30&do=list.read&subject=LD01&actor=bob", 1),
            ("to=2018-05-30&actor=bob%27%20OR%201=1", 0), ("to=2018-05-30&actor=a%00nn", 2), ("to=2018-05-30&after=nonsense", 4), ("to=2018-05-30&after=99999999999999999999-1", 4),
        })
        {
            var rows = (await browser.GetStringAsync(new Uri($"/supervisor/audit.csv?{query}", UriKind.Relative))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length - 1;
            Assert.True(expected == rows, $"{query}: {rows}");
            Assert.Equal(expected, Heads().Count((await PageReader.OpenAsync(browser, $"/supervisor/audit?{query}")).Html));
        }
    }

    [EngineTheory]
    public async Task An_export_is_written_down_without_what_was_looked_for(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        foreach (var (who, form) in new[] { ("supervisor", "csv"), ("auditor", "xlsx"), ("administrator", "csv") })
        {
            var browser = await host.StaffAsync(who);
            using var file = await browser.GetAsync(new Uri($"/supervisor/audit.{form}?from=2020-02-09&to=2020-02-10&subject=431301199001010007", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
            Assert.True(file.Headers.CacheControl!.NoStore);
            var line = Assert.Single(await host.Get<AuditQueries>().PageAsync(new AuditFilter(host.Now, host.Now.AddDays(1), who, "audit.export"), null, 10, default));
            Assert.Equal("2020-02-09 2020-02-10", line.Subject);
            Assert.DoesNotContain("43130", line.Detail!, StringComparison.Ordinal);
        }

        var clerk = await host.ClerkAsync();
        using var refused = await clerk.GetAsync(new Uri("/supervisor/audit.csv", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Empty(await host.Get<AuditQueries>().PageAsync(new AuditFilter(host.Now, host.Now.AddDays(1), "clerk-ld01", "audit.export"), null, 10, default));
    }

    [Theory]
    [InlineData("from=2020-02-11&to=2020-02-10")]
    [InlineData("from=yesterday")]
    [InlineData("to=9999-12-31")]
    [InlineData("to=2020-2-1")]
    public async Task Days_that_make_no_sense_are_said_so(string query)
    {
        host = await hosts.OnAsync(DatabaseKind.Sqlite);
        var browser = await host.StaffAsync("supervisor");
        var page = await PageReader.OpenAsync(browser, $"/supervisor/audit?{query}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("role=\"alert\"", page.Html, StringComparison.Ordinal);
        using var file = await browser.GetAsync(new Uri($"/supervisor/audit.csv?{query}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, file.StatusCode);
    }

    [EngineTheory]
    public async Task Who_tried_in_vain_is_one_line_with_its_count(DatabaseKind engine)
    {
        host = await hosts.OnAsync(engine);
        using (var stranger = host.Anonymous())
        {
            for (var i = 0; i < 3; i++) (await StaffLogins.LogInAsync(stranger, "lead-ld02", "wrong")).Dispose();
        }

        var browser = await host.StaffAsync("supervisor");
        var page = await PageReader.OpenAsync(browser, "/supervisor/audit?subject=lead-ld02&do=staff.login_failed");
        Assert.Contains("登录失败 3 次", page.Text, StringComparison.Ordinal);
        Assert.Contains("没有登录的人", page.Text, StringComparison.Ordinal);
    }

    private Task AddAsync(IEnumerable<(DateTimeOffset At, string Actor, string Action, string Subject)> lines) => host.Get<Database>().WriteAsync(
        async transaction =>
        {
            foreach (var line in lines) await AuditStore.AddAsync(transaction, line.At, line.Actor, line.Action, line.Subject);
        },
        default);

    [GeneratedRegex("paged-[0-9]+")]
    private static partial Regex Subjects();

    [GeneratedRegex("href=\"([^\"]*)\">更早的记录")]
    private static partial Regex Older();

    [GeneratedRegex("<li>\\s*<h3>")]
    private static partial Regex Heads();
}
