using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Stock;

/// <summary>What a clerk counts on the shelf at closing.</summary>
public sealed class ShelfCountTests
{
    private const string Promise = "a shelf is counted at a pharmacy of its round, and a difference has its reason";

    [EngineTheory]
    public async Task A_difference_is_asked_for_its_reason_and_a_recount_supersedes(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        var number = (await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "h" });
        await clerk.PostAsync("/api/pharmacy/losses", new { date = "2020-02-11", units = 3, reason = "受潮", requestId = "l" });
        await host.SetClockAsync("2020-02-11T17:55:00+08:00");

        // Delivered as planned 800, handed over 5, lost 3.
        var page = await PageReader.OpenAsync(clerk, "/pharmacy/count");
        Assert.Contains("data-expected>792<", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Reason\"", page.Html, StringComparison.Ordinal);
        (string, string)[] form = [("Date", "2020-02-11"), ("RequestId", page.Hidden("RequestId")), ("Counted", "790")];
        var asked = await page.PostAsync(clerk, form);
        Assert.Equal(422, (int)asked.Status);
        Assert.Contains("data-difference>-2<", asked.Html, StringComparison.Ordinal);
        Assert.Equal(0, await CountsAsync(host));
        var saved = await asked.PostAsync(clerk, [.. form, ("Reason", "多发了一份")]);
        Assert.Equal(302, (int)saved.Status);
        // The same form once more is the same count.
        Assert.Equal(302, (int)(await asked.PostAsync(clerk, [.. form, ("Reason", "多发了一份")])).Status);
        Assert.Equal(1, await CountsAsync(host));

        var (status, again) = await CountAsync(clerk, 792, "two");
        Assert.Equal((201, 792, 0, false), (status, again.Figure("expected"), again.Figure("difference"), again.TryGetProperty("reason", out _)));
        Assert.Equal(200, (await CountAsync(clerk, 792, "two")).Status);
        Assert.Equal((409, "request_used"), await CodeAsync(CountAsync(clerk, 5, "two")));
        var history = await PageReader.OpenAsync(clerk, "/pharmacy/count");
        Assert.Equal(["true", "false"], System.Text.RegularExpressions.Regex.Matches(history.Html, "data-holds=\"(\\w+)\"").Select(m => m.Groups[1].Value));

        // The supervisor sees the count that holds in the morning's figures, and all of them at the pharmacy.
        using var supervisor = await host.SupervisorAsync();
        var of = (await supervisor.GetJsonAsync("/api/supervisor/today")).GetProperty("pharmacies").EnumerateArray().ToDictionary(p => p.GetProperty("code").GetString()!);
        Assert.Equal((792, 0), (of["LD01"].Figure("counted"), of["LD01"].Figure("countDifference")));
        Assert.False(of["LD02"].TryGetProperty("counted", out _));
        Assert.Contains("盘点差 0", (await PageReader.OpenAsync(supervisor, "/supervisor/today?q=LD01")).Text, StringComparison.Ordinal);
        var shop = await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies/LD01");
        Assert.Contains("多发了一份", shop.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("多发了一份", (await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies/LD02")).Text, StringComparison.Ordinal);
        // The books are as they were: a count says, it does not change.
        Assert.Equal(["792 -> 790: 多发了一份", "792 -> 792: "], await host.Get<Database>().QueryAsync<string>("SELECT detail FROM audit WHERE action = 'shelf.count' ORDER BY id"));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task What_cannot_be_a_count_is_refused(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var early = await host.ClerkAsync("LD01");
        Assert.Contains("不需要登记", (await PageReader.OpenAsync(early, "/pharmacy/count")).Text, StringComparison.Ordinal);
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        foreach (var (date, counted, reason, id, expected) in new (string?, int?, string?, string?, (int, string))[]
        {
            ("2020-02-11", 5, null, "a", (422, "invalid_reason")),
            ("2020-02-11", 5, "\u0007", "a", (422, "invalid_reason")),
            ("2020-02-11", -1, "r", "a", (422, "invalid_units")),
            ("2020-02-11", null, "r", "a", (422, "invalid_units")),
            ("2020-02-11", 100_001, "r", "a", (422, "invalid_units")),
            ("2020-02-11", 800, null, null, (422, "invalid_request_id")),
            // Tomorrow's goods are not on the shelf, and there was no round then.
            ("2020-02-12", 800, null, "a", (422, "invalid_date")),
            ("2020-01-01", 0, null, "a", (422, "invalid_date")),
            ("x", 0, null, "a", (422, "invalid_date")),
        })
        {
            var (status, body) = await clerk.PostAsync("/api/pharmacy/shelf-counts", new { date, counted, reason, requestId = id });
            Assert.Equal(expected, (status, body.Code()!));
        }

        Assert.Equal(0, await CountsAsync(host));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Counted_while_goods_are_handed_over_it_stands_beside_the_books_of_one_instant(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        var numbers = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            using var resident = await host.NewResidentAsync(i);
            numbers.Add((await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!);
        }

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => i % 2 == 0
            ? clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[i / 2], idNumberLast4 = People.IdNumber(i / 2)[^4..], requestId = $"h{i}" })
            : CountAsync(clerk, 790, $"c{i}", "正在发放")));
        Assert.Equal(6, await CountsAsync(host));
        // Each count's books add up by themselves: nothing was half handed over.
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM shelf_count WHERE handed_over % 5 <> 0 OR delivered <> 800 OR lost <> 0"));
        await host.AssertSoundAsync();

        // A difference without a reason, and a count at a pharmacy without a round, are noticed.
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE shelf_count SET reason = NULL, counted = 1"), default);
        Assert.Equal(6, (await host.Get<InvariantQueries>().RunAsync(default)).Single(r => r.Name == Promise).Broken);
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE shelf_count SET counted = opening + delivered - handed_over - lost, pharmacy_id = 5"), default);
        Assert.Equal(6, (await host.Get<InvariantQueries>().RunAsync(default)).Single(r => r.Name == Promise).Broken);
    }

    private static Task<(int Status, JsonElement Body)> CountAsync(HttpClient clerk, int counted, string id, string? reason = null) =>
        clerk.PostAsync("/api/pharmacy/shelf-counts", new { date = "2020-02-11", counted, reason, requestId = id });

    private static async Task<(int, string?)> CodeAsync(Task<(int Status, JsonElement Body)> answering)
    {
        var (status, body) = await answering;
        return (status, body.Code());
    }

    private static Task<long> CountsAsync(SandboxHost host) => host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM shelf_count");
}
