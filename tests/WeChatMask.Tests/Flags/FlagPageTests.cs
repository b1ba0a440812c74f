using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Pages;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Flags;

/// <summary>What supervisors and programs see of flags, and do about them.</summary>
public sealed partial class FlagPageTests
{
    private const string Reason = "问过店长，是补录前一天断网的。";

    [EngineTheory]
    public async Task A_flag_is_taken_closed_with_a_reason_and_opened_again_by_whoever_saw_it_as_it_is(DatabaseKind engine)
    {
        await using var city = await FlagCity.StartAsync(engine);
        await OddAsync(city);
        using var supervisor = await city.Host.SupervisorAsync();
        using var auditor = await city.Host.StaffAsync("auditor");

        Assert.Contains("data-flags=\"3\"", (await PageReader.OpenAsync(supervisor, "/supervisor")).Html, StringComparison.Ordinal);
        var list = await PageReader.OpenAsync(supervisor, "/supervisor/flags");
        Assert.Equal(3, Links(list).Count);
        var path = Assert.Single(Links(await PageReader.OpenAsync(supervisor, "/supervisor/flags?kind=OutsideHours&q=CZ001")));
        foreach (var (query, count) in new[] { ("kind=TooFast", 0), ("q=CZ002", 1), ("q=nowhere", 0), ("state=Looking", 0), ("state=all", 3), ("owner=supervisor", 3), ("page=2", 0), ("kind=x&state=y&page=-1", 3) })
            Assert.Equal(count, Links(await PageReader.OpenAsync(supervisor, $"/supervisor/flags?{query}")).Count);

        // An auditor reads, and has nothing to press.
        var read = await PageReader.OpenAsync(auditor, path);
        Assert.Contains("2月11日", read.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=", read.Html, StringComparison.Ordinal);
        var first = await PageReader.OpenAsync(supervisor, path);
        await first.PostToAsync(auditor, $"{path}?handler=Take", ("Version", "1"), ("RequestId", "a"));
        Assert.Equal(1, (await FlagAsync(city, "CZ001")).Version);

        Assert.Equal(HttpStatusCode.Found, (await first.PostToAsync(supervisor, $"{path}?handler=Take", ("Version", "1"), ("RequestId", "take"))).Status);
        Assert.Equal((FlagStatus.Looking, "supervisor"), await StateAsync(city));
        Assert.Equal(path, Assert.Single(Links(await PageReader.OpenAsync(supervisor, "/supervisor/flags?owner=supervisor"))));
        // What was shown before is not what is decided on.
        var stale = await first.PostToAsync(supervisor, $"{path}?handler=Close", ("Version", "1"), ("Result", "Explained"), ("Words", Reason), ("RequestId", "b"));
        Assert.Equal(HttpStatusCode.Conflict, stale.Status);
        Assert.Contains("这条线索有了变化", stale.Text, StringComparison.Ordinal);
        Assert.Contains(Reason, stale.Html, StringComparison.Ordinal);
        foreach (var (handler, result, words) in new[] { ("Close", "Explained", " "), ("Close", "", Reason), ("Close", "New", Reason), ("Close", "Explained", new string('x', 301)), ("Give", "", "") })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await first.PostToAsync(supervisor, $"{path}?handler={handler}", ("Version", "2"), ("Result", result), ("Words", words), ("RequestId", "c"))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await first.PostToAsync(supervisor, $"{path}?handler=Give", ("Version", "2"), ("Owner", "clerk-cz001"), ("RequestId", "d"))).Status);
        foreach (var _ in new[] { 1, 2 })
            Assert.Equal(HttpStatusCode.Found, (await first.PostToAsync(supervisor, $"{path}?handler=Close", ("Version", "2"), ("Result", "Explained"), ("Words", Reason), ("RequestId", "close"))).Status);
        Assert.Equal((FlagStatus.Explained, "supervisor"), await StateAsync(city));
        Assert.Equal(2, Links(await PageReader.OpenAsync(supervisor, "/supervisor/flags")).Count);
        Assert.Contains(Reason, (await PageReader.OpenAsync(auditor, path)).Text, StringComparison.Ordinal);
        var audit = await PageReader.OpenAsync(auditor, $"/supervisor/audit?subject={path.Split('/')[^1]}");
        Assert.Contains("线索核查完：没有问题", audit.Text, StringComparison.Ordinal);
        Assert.Contains(Reason, audit.Text, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Found, (await first.PostToAsync(supervisor, $"{path}?handler=Reopen", ("Version", "3"), ("Words", "还有一笔没有问到"), ("RequestId", "e"))).Status);
        Assert.Equal((FlagStatus.Looking, "supervisor"), await StateAsync(city));
        Assert.Equal(HttpStatusCode.NotFound, (await PageReader.OpenAsync(supervisor, "/supervisor/flags/1")).Status);
        Assert.All(await city.Host.Get<WeChatMask.Operations.InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0 || !r.Name.Contains("flag", StringComparison.Ordinal), r.Name));
    }

    [EngineTheory]
    public async Task A_program_reads_flags_with_their_rows_and_leads_them_on(DatabaseKind engine)
    {
        await using var city = await FlagCity.StartAsync(engine);
        await OddAsync(city);
        using var supervisor = await city.Host.SupervisorAsync();
        using var auditor = await city.Host.StaffAsync("auditor");
        using var clerk = await city.Host.ClerkAsync("CZ001");

        var all = await auditor.GetJsonAsync("/api/supervisor/flags");
        Assert.Equal((3, 3), (all.GetProperty("total").GetInt32(), all.GetProperty("open").GetInt32()));
        Assert.NotNull(all.GetProperty("lookedAt").GetString());
        var one = (await auditor.GetJsonAsync("/api/supervisor/flags?kind=outside_hours&pharmacyCode=cz001&status=new")).GetProperty("flags")[0];
        Assert.Equal(("CZ001", 1, 1, "new", 1), (one.GetProperty("pharmacyCode").GetString(), one.Figure("hits"), one.Figure("measured"), one.GetProperty("status").GetString(), one.Figure("version")));
        var path = $"/api/supervisor/flags/{one.GetProperty("id").GetString()}";
        var row = Assert.Single((await auditor.GetJsonAsync(path)).GetProperty("rows").EnumerateArray());
        Assert.Equal(("redemption", "clerk-cz001", 5), (row.GetProperty("source").GetString(), row.GetProperty("clerk").GetString(), row.Figure("units")));
        // Every source of rows can be read.
        var sources = new List<string>();
        foreach (var flag in all.GetProperty("flags").EnumerateArray())
            sources.AddRange((await auditor.GetJsonAsync($"/api/supervisor/flags/{flag.GetProperty("id").GetString()}")).GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("source").GetString()!));
        Assert.Equal(["audit", "carry_over", "delivery", "moved_booking", "offline_hand_over", "redemption"], sources.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

        Assert.Equal(403, (await auditor.PostAsync(path, new { status = "looking", version = 1, requestId = "a" })).Status);
        Assert.Equal(403, (await clerk.PostAsync(path, new { status = "looking", version = 1, requestId = "a" })).Status);
        foreach (var (body, status) in new (object, int)[]
        {
            (new { status = "new", version = 1, requestId = "a" }, 422), (new { status = "2", version = 1, requestId = "a" }, 422), (new { status = "explained", version = 1, requestId = "a" }, 422),
            (new { status = "looking", version = 1 }, 422), (new { status = "looking", requestId = "a" }, 409), (new { status = "looking", owner = "auditor", version = 1, requestId = "a" }, 422),
        })
            Assert.Equal(status, (await supervisor.PostAsync(path, body)).Status);
        Assert.Equal(404, (await supervisor.PostAsync("/api/supervisor/flags/1", new { status = "looking", version = 1, requestId = "a" })).Status);
        foreach (var _ in new[] { 1, 2 })
        {
            var (status, done) = await supervisor.PostAsync(path, new { status = "acted_upon", words = Reason, version = 1, requestId = "do" });
            Assert.Equal((200, "acted_upon", Reason, 2), (status, done.GetProperty("flag").GetProperty("status").GetString(), done.GetProperty("steps")[0].GetProperty("words").GetString(), done.GetProperty("flag").Figure("version")));
        }

        Assert.Equal("flag_changed", (await supervisor.PostAsync(path, new { status = "explained", words = Reason, version = 1, requestId = "late" })).Body.GetProperty("code").GetString());
        Assert.Equal(2, (await auditor.GetJsonAsync("/api/supervisor/flags")).GetProperty("open").GetInt32());
        foreach (var wrong in new[] { "kind=none", "kind=1", "status=closed" })
        {
            using var answer = await auditor.GetAsync(new Uri($"/api/supervisor/flags?{wrong}", UriKind.Relative));
            Assert.Equal(422, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_page_says_every_threshold_with_its_number_and_nobody_is_named()
    {
        await using var city = await FlagCity.StartAsync();
        using var supervisor = await city.Host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/flags");
        var (format, text) = (city.Host.Get<FlagFormatter>(), city.Host.Get<IStringLocalizer<Text.Flags>>());
        foreach (var kind in FlagRules.Kinds)
        {
            Assert.False(text[$"Kind_{kind}"].ResourceNotFound || text[$"What_{kind}"].ResourceNotFound, kind.ToString());
            Assert.Matches("[0-9]", format.Rule(kind));
            Assert.DoesNotContain("{", format.Rule(kind), StringComparison.Ordinal);
            Assert.Contains(format.Rule(kind), page.Text, StringComparison.Ordinal);
        }

        Assert.All(Enum.GetValues<FlagStatus>(), s => Assert.False(text[$"Status_{s}"].ResourceNotFound, s.ToString()));
        // Nothing that stays of a person is in a flag: neither who collected nor by what they are known again.
        var columns = await city.Database.QueryAsync<string>("SELECT name FROM pragma_table_info('flag') UNION SELECT name FROM pragma_table_info('flag_row') UNION SELECT name FROM pragma_table_info('flag_step')");
        Assert.DoesNotContain(columns, c => c.Contains("hash", StringComparison.Ordinal) || c.Contains("resident", StringComparison.Ordinal) || c.Contains("account", StringComparison.Ordinal));
    }

    // One of hand-overs, one told later, and one whose rows lie in the tables that no hand-over is in.
    private static async Task OddAsync(FlagCity city)
    {
        var closes = await city.Database.ScalarAsync<DateTimeOffset>("SELECT pickup_closes_at FROM round WHERE date = @Round", new { FlagCity.Round });
        await city.HandOverAsync("CZ001", closes);
        await city.TellAsync("CZ002", OfflineConflict.OutsideHours, FlagCity.At("10:00:00"));
        await city.ComeAsync("CZ007", "CZ003", FlagCity.At("10:00:00"));
        await city.CarryAsync("CZ003", 2, FlagCity.At("10:00:00"), FlagCity.Round);
        await city.LookAsync();
        var id = (await city.FlagsAsync()).Single(f => f.Pharmacy == "CZ003").Id;
        await city.ReadListAsync("CZ003", FlagCity.At("10:00:00"));
        await city.DeliverAsync("CZ003", 7, FlagCity.At("10:00:00"));
        await city.RunAsync("INSERT INTO flag_row (flag_id, source, row_id, happened_at) SELECT @id, 4, MAX(d.id), MAX(d.created_at) FROM delivery d", new { id });
        await city.RunAsync("INSERT INTO flag_row (flag_id, source, row_id, happened_at) SELECT @id, 3, MAX(a.id), MAX(a.at) FROM audit a WHERE a.action = 'list.read'", new { id });
    }

    private static async Task<FlagCity.Stored> FlagAsync(FlagCity city, string code) => (await city.FlagsAsync()).Single(f => f.Pharmacy == code);

    private static async Task<(FlagStatus Status, string? Owner)> StateAsync(FlagCity city) => await FlagAsync(city, "CZ001") is var f ? (f.Status, f.Owner) : default;

    private static List<string> Links(PageReader page) => [.. Link().Matches(page.Html).Select(m => m.Value)];

    [GeneratedRegex("/supervisor/flags/[0-9]+")]
    private static partial Regex Link();
}
