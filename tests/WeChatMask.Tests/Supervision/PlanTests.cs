using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Supervision;
using WeChatMask.Tests.Levers;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Supervision;

/// <summary>What a plan's preview says is what the day's round has; a change is made once, under what was seen, and told.</summary>
public sealed class PlanTests
{
    private const string Noon = "2020-02-10T12:00:00+08:00";
    private const string Tomorrow = "2020-02-11";

    [EngineTheory]
    public async Task What_a_preview_says_is_what_the_round_has(DatabaseKind engine)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var dice = new Random(seed);
            await using var host = await SandboxHost.StartAsync("loudi", Noon, engine: engine);
            using var supervisor = await host.SupervisorAsync();
            // Tomorrow is announced, the days after it are not made yet.
            var days = new[] { Tomorrow, "2020-02-12", "2020-02-13" };
            var expected = days.ToDictionary(d => d, _ => new Dictionary<string, int>(StringComparer.Ordinal), StringComparer.Ordinal);
            for (var change = 0; change < 6; change++)
            {
                var day = days[dice.Next(days.Length)];
                var pharmacies = Enumerable.Range(1, 5).Where(_ => dice.Next(2) == 0).Select(i => new { code = $"LD0{i}", places = new[] { dice.Next(4) == 0 ? 160 : dice.Next(300) } }).ToArray();
                var preview = await PreviewAsync(supervisor, day, pharmacies);
                var (status, body) = await PutAsync(supervisor, day, pharmacies, "按到货安排", $"{seed}-{change}", preview);
                Assert.True(status == 200, body.ToString());
                foreach (var p in preview.GetProperty("pharmacies").EnumerateArray()) expected[day][p.GetProperty("code").GetString()!] = p.GetProperty("after")[0].GetInt32();
                Assert.Equal(preview.GetProperty("placesAfter").GetInt32(), body.GetProperty("day").GetProperty("places").GetInt32());
                foreach (var p in body.GetProperty("day").GetProperty("pharmacies").EnumerateArray())
                    Assert.Equal(expected[day].GetValueOrDefault(p.GetProperty("code").GetString()!, 160), p.GetProperty("places")[0].GetInt32());
                await LeverTests.AssertSoundAsync(host);
            }

            await host.SetClockAsync("2020-02-13T00:10:00+08:00");
            foreach (var day in days)
            {
                foreach (var p in (await host.Http.GetJsonAsync($"/api/public/rounds/{day}")).GetProperty("pharmacies").EnumerateArray())
                    Assert.Equal((day, expected[day].GetValueOrDefault(p.GetProperty("code").GetString()!, 160)), (day, p.GetProperty("planned").GetInt32()));
            }

            await LeverTests.AssertSoundAsync(host);
        }
    }

    [EngineTheory]
    public async Task It_is_changed_once_and_only_as_it_was_seen(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Noon, engine: engine);
        await using var node = await host.AddNodeAsync();
        using var supervisor = await host.SupervisorAsync();
        var more = new[] { new { code = "LD01", places = new[] { 200 } } };
        var preview = await PreviewAsync(supervisor, Tomorrow, more);
        Assert.Equal((800, 840), (preview.GetProperty("placesBefore").GetInt32(), preview.GetProperty("placesAfter").GetInt32()));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PutAsync(supervisor, Tomorrow, more, "多到了一车", "r1", preview)));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(1, answers.Count(a => !a.Body.GetProperty("repeated").GetBoolean()));
        Assert.Equal((409, "plan_changed"), LeverTests.Code(await PutAsync(supervisor, Tomorrow, more, "多到了一车", "r2", preview)));
        Assert.Equal((409, "request_used"), LeverTests.Code(await PutAsync(supervisor, "2020-02-12", more, "多到了一车", "r1", preview)));
        Assert.Single(await host.Get<AuditQueries>().NewestAsync(200, CancellationToken.None), l => l is { Action: "plan.change", Subject: Tomorrow, Detail: "1 pharmacies, 800 -> 840 places: 多到了一车" });
        Assert.Single(await host.Get<PlanChangeQueries>().NoticesAsync(10, ofDaysToCome: false, CancellationToken.None));
        await LeverTests.AssertSoundAsync(host);
    }

    [Fact]
    public async Task What_has_opened_or_cannot_be_read_is_refused_and_nothing_changes()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var rows = new[] { new { code = "LD01", places = new[] { 200 } } };
        Assert.Equal((409, "round_has_opened"), LeverTests.Code(await supervisor.PostAsync("/api/supervisor/plan/2020-02-10/preview", new { pharmacies = rows })));
        foreach (var day in new[] { "2020-02-09", "2020-07-01" })
            Assert.Equal((422, "invalid_date"), LeverTests.Code(await supervisor.PostAsync($"/api/supervisor/plan/{day}/preview", new { pharmacies = rows })));
        foreach (var (code, places) in new[] { ("LD09", new[] { 1 }), ("LD01", [-1]), ("LD01", [1, 2]), ("LD01", [100_001]) })
        {
            var refused = await supervisor.PostAsync($"/api/supervisor/plan/{Tomorrow}/preview", new { pharmacies = new[] { new { code = "LD02", places = new[] { 1 } }, new { code, places } } });
            Assert.Equal((422, "invalid_plan"), LeverTests.Code(refused));
            Assert.StartsWith("第 2 行", refused.Body.GetProperty("faults")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(800, (await supervisor.GetJsonAsync($"/api/supervisor/plan/{Tomorrow}")).GetProperty("places").GetInt32());
    }

    [Fact]
    public async Task A_policys_preview_and_its_round_keep_the_days_own_lines()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Noon);
        using var supervisor = await host.SupervisorAsync();
        var rows = new[] { new { code = "LD01", places = new[] { 10 } } };
        await PutAsync(supervisor, Tomorrow, rows, "维修", "a", await PreviewAsync(supervisor, Tomorrow, rows));
        var policy = (await host.Get<PolicyQueries>().TodayAsync(CancellationToken.None))!;
        var changed = policy with { From = new DateOnly(2020, 2, 11), Quotas = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { [Policy.DefaultGroup] = [100] } };

        var effect = (await host.Get<PolicyChangeQueries>().EffectAsync(changed, CancellationToken.None)).Effect!;
        await host.Get<PolicyChangeStore>().AddAsync("supervisor", changed, "减少", null, CancellationToken.None);

        Assert.Equal(new ReplannedRound(changed.From, 650, 410), Assert.Single(effect.Rounds));
        Assert.Equal(410, (await host.Http.GetJsonAsync($"/api/public/rounds/{Tomorrow}")).GetProperty("totals").GetProperty("planned").GetInt32());
    }

    [EngineTheory]
    public async Task A_day_without_a_round_has_none_and_every_later_day_that_is_told_knows_it(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var phone = await host.NewResidentAsync(1);
        Assert.Equal(201, (await phone.BookAsync("LD01", "a")).Status);
        // Whoever booked on the 10th may book again from the 12th, on which there is to be no round, nor any place on the 13th.
        Assert.Equal(200, (await supervisor.PutAsync("/api/supervisor/plan/2020-02-12/no-round", new { noRound = true, reason = "盘点" })).Status);
        var none = Enumerable.Range(1, 5).Select(i => new { code = $"LD0{i}", places = new[] { 0 } }).ToArray();
        await PutAsync(supervisor, "2020-02-13", none, "无货", "n", await PreviewAsync(supervisor, "2020-02-13", none));
        Assert.Equal((409, "round_is_announced"), LeverTests.Code(await supervisor.PutAsync($"/api/supervisor/plan/{Tomorrow}/no-round", new { noRound = true, reason = "盘点" })));
        Assert.Equal((409, "no_round_that_day"), LeverTests.Code(await supervisor.PostAsync("/api/supervisor/plan/2020-02-12/preview", new { pharmacies = none })));

        var (_, refused) = await phone.BookAsync("LD01", "b");
        var me = await phone.Http.GetJsonAsync("/api/me");
        Assert.Equal("2020-02-14", me.GetProperty("residents")[0].GetProperty("bookableFrom").GetString());
        Assert.NotEqual("2020-02-12", refused.TryGetProperty("bookableFrom", out var from) ? from.GetString() : null);
        await host.SetClockAsync("2020-02-12T19:00:30+08:00");
        var board = await host.Http.GetJsonAsync("/api/board");
        Assert.False(board.TryGetProperty("round", out var round) && round.ValueKind == JsonValueKind.Object, board.ToString());
        using var other = await host.NewResidentAsync(2);
        var (status, early) = await other.BookAsync("LD01", "c");
        // What the rounds before left over is carried into the 13th, which then has places after all.
        Assert.Equal((409, "not_open", "2020-02-13T19:00:00+08:00"), (status, early.Code(), early.GetProperty("nextOpening").GetString()));
        await host.SetClockAsync("2020-02-13T19:00:30+08:00");
        Assert.Equal(201, (await other.BookAsync("LD02", "d")).Status);
        await LeverTests.AssertSoundAsync(host);
    }

    internal static async Task<JsonElement> PreviewAsync(HttpClient supervisor, string day, object pharmacies)
    {
        var (status, body) = await supervisor.PostAsync($"/api/supervisor/plan/{day}/preview", new { pharmacies });
        Assert.True(status == 200, body.ToString());
        return body;
    }

    internal static Task<(int Status, JsonElement Body)> PutAsync(HttpClient supervisor, string day, object pharmacies, string reason, string requestId, JsonElement preview) =>
        supervisor.PutAsync($"/api/supervisor/plan/{day}", new { pharmacies, reason, requestId, fingerprint = preview.GetProperty("fingerprint").GetString() });
}

internal static class PlanCalls
{
    public static async Task<(int Status, JsonElement Body)> PutAsync(this HttpClient http, string path, object body)
    {
        using var answer = await http.PutAsJsonAsync(path, body);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
