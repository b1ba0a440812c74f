using System.Net.Http.Json;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Stock;

/// <summary>What a pharmacy says is wrong at its counter: who reads it, and how it ends.</summary>
public sealed class CounterTroubleTests
{
    private const string Promise = "what a counter says is wrong lasts once for each pharmacy, kind and day";

    [EngineTheory]
    public async Task A_pause_is_read_by_whoever_it_concerns_and_refuses_nobody(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        using var elsewhere = await host.NewResidentAsync(2);
        var number = (await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        var other = (await elsewhere.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();
        var board = (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").GetRawText();

        var page = await PageReader.OpenAsync(clerk, "/pharmacy/pause");
        Assert.Equal(422, (int)(await page.PostAsync(clerk, ("RequestId", page.Hidden("RequestId")), ("Reason", " "))).Status);
        foreach (var wrong in new[] { "09:59", "24:00", "25:61", "soon" })
            Assert.Equal(422, (int)(await page.PostAsync(clerk, ("RequestId", page.Hidden("RequestId")), ("Reason", "停电"), ("Until", wrong))).Status);
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM counter_trouble"));
        for (var i = 0; i < 2; i++)
            Assert.Equal(302, (int)(await page.PostAsync(clerk, ("RequestId", page.Hidden("RequestId")), ("Reason", "停电检修"), ("Until", "15:30"))).Status);
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM counter_trouble"));

        // Who collects there today, the public, the counter and the supervisor; nobody of another pharmacy.
        Assert.Contains("停电检修。预计 15:30 恢复", (await PageReader.OpenAsync(resident.Http, $"/bookings/{number}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("data-handover-paused", (await PageReader.OpenAsync(elsewhere.Http, $"/bookings/{other}")).Html, StringComparison.Ordinal);
        foreach (var address in new[] { "/nearby", "/notices/2020-02-10" })
        {
            var read = await PageReader.OpenAsync(host.Http, address);
            Assert.Contains("data-handover-paused", read.Html, StringComparison.Ordinal);
            Assert.Contains("停电检修", read.Text, StringComparison.Ordinal);
        }

        foreach (var address in new[] { "/pharmacy", "/pharmacy/scan", "/pharmacy/proxy" })
            Assert.Contains("本店正在暂停发放：停电检修", (await PageReader.OpenAsync(clerk, address)).Text, StringComparison.Ordinal);
        var strip = await PageReader.OpenAsync(supervisor, "/supervisor/jobs");
        Assert.Contains("data-trouble=\"CounterPaused\"", strip.Html, StringComparison.Ordinal);
        Assert.Contains("暂停发放，今天还有 1 个预约没有领", strip.Text, StringComparison.Ordinal);
        Assert.Contains("停电检修", (await PageReader.OpenAsync(supervisor, "/supervisor/today")).Text, StringComparison.Ordinal);
        var of = (await supervisor.GetJsonAsync("/api/supervisor/today")).GetProperty("pharmacies").EnumerateArray().Select(p => (p.GetProperty("code").GetString(), p.GetProperty("paused").GetBoolean())).ToList();
        Assert.Equal([("LD01", true), ("LD02", false)], of.Take(2));

        // Places and bookings are as they were, and who stands there with a valid booking is served.
        Assert.Equal(board, (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").GetRawText());
        var (_, verdict) = await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "h" });
        Assert.Equal("redeemed", verdict.GetProperty("verdict").GetString());

        // Said anew it changes; a supervisor lets it go on; once more is as good.
        Assert.Equal(204, (await SendAsync(clerk, "/api/pharmacy/pauses", new { reason = "还在检修", requestId = "again" })).Status);
        Assert.Contains("还在检修", (await PageReader.OpenAsync(host.Http, "/nearby")).Text, StringComparison.Ordinal);
        var shop = await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies/LD01");
        Assert.Equal(302, (int)(await shop.PostToAsync(supervisor, "/supervisor/pharmacies/LD01?handler=Resume")).Status);
        Assert.Equal(204, (await SendAsync(supervisor, "/api/supervisor/pharmacies/LD01/resume", new { })).Status);
        Assert.Equal(204, (await SendAsync(clerk, "/api/pharmacy/pauses/end", new { })).Status);
        Assert.Equal(404, (await SendAsync(supervisor, "/api/supervisor/pharmacies/XX99/resume", new { })).Status);
        Assert.DoesNotContain("data-handover-paused", (await PageReader.OpenAsync(host.Http, "/nearby")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("CounterPaused", (await PageReader.OpenAsync(supervisor, "/supervisor/jobs")).Html, StringComparison.Ordinal);
        Assert.Equal(["counter.pause", "counter.pause", "counter.resume"], await AuditedAsync(host, "counter.%"));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Said_by_several_at_once_it_lasts_once_and_ends_with_the_day(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => SendAsync(clerk, "/api/pharmacy/pauses", new { reason = $"停电 {i}", requestId = $"p{i % 3}" })));
        Assert.All(answers, a => Assert.Equal(204, a.Status));
        Assert.Equal((3, 1), (await CountAsync(host, "1 = 1"), await CountAsync(host, "ended_at IS NULL")));
        await host.AssertSoundAsync();
        Assert.Equal(422, (await SendAsync(clerk, "/api/pharmacy/pauses", new { reason = "停电", expectedEnd = "2020-02-12T10:00:00+08:00", requestId = "x" })).Status);
        Assert.Equal(422, (await SendAsync(clerk, "/api/pharmacy/pauses", new { reason = "停电", requestId = "" })).Status);

        await host.SetClockAsync("2020-02-12T00:00:01+08:00");
        Assert.DoesNotContain("data-handover-paused", (await PageReader.OpenAsync(host.Http, "/nearby")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("data-act=\"resume\"", (await PageReader.OpenAsync(clerk, "/pharmacy/pause")).Html, StringComparison.Ordinal);
        Assert.Equal(204, (await SendAsync(clerk, "/api/pharmacy/pauses", new { reason = "又停电", requestId = "tomorrow" })).Status);
        await host.AssertSoundAsync();

        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE counter_trouble SET ended_at = NULL"), default);
        Assert.Equal(1, (await host.Get<InvariantQueries>().RunAsync(default)).Single(r => r.Name == Promise).Broken);
    }

    [EngineTheory]
    public async Task Goods_that_run_short_are_told_once_until_taken_back_or_the_last_delivery(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        var numbers = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            using var resident = await host.NewResidentAsync(i);
            numbers.Add((await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!);
        }

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var second = await host.ClerkAsync("LD02");
        using var supervisor = await host.SupervisorAsync();
        // Nobody is to come to the second pharmacy.
        Assert.Equal((409, "nobody_waits"), await SendAsync(second, "/api/pharmacy/shortages", new { requestId = "s" }));
        Assert.DoesNotContain("data-act=\"short\"", (await PageReader.OpenAsync(second, "/pharmacy/stock")).Html, StringComparison.Ordinal);

        var page = await PageReader.OpenAsync(clerk, "/pharmacy/stock");
        Assert.Contains("data-lacking=\"0\"", page.Html, StringComparison.Ordinal);
        await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 5, moreComing = true, requestId = "some" });
        Assert.Equal(302, (int)(await page.PostToAsync(clerk, "/pharmacy/stock?handler=Short", ("RequestId", page.Hidden("RequestId")))).Status);
        foreach (var id in new[] { page.Hidden("RequestId"), "again", "again" })
            Assert.Equal(204, (await SendAsync(clerk, "/api/pharmacy/shortages", new { requestId = id })).Status);
        Assert.Equal(1, await CountAsync(host, "kind = 1"));
        var strip = await PageReader.OpenAsync(supervisor, "/supervisor/jobs");
        Assert.Contains("上报货不够，今天还有 3 个预约没有领", strip.Text, StringComparison.Ordinal);
        // The number follows who is served.
        await clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[0], idNumberLast4 = People.IdNumber(0)[^4..], requestId = "h" });
        Assert.Contains("今天还有 2 个预约没有领", (await PageReader.OpenAsync(supervisor, "/supervisor/jobs")).Text, StringComparison.Ordinal);
        Assert.Contains("12315", (await PageReader.OpenAsync(clerk, "/pharmacy/stock")).Text, StringComparison.Ordinal);

        // More of it that is not the last ends nothing; who reported takes it back.
        await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 1, moreComing = true, requestId = "more" });
        Assert.Equal(1, await CountAsync(host, "ended_at IS NULL"));
        Assert.Equal(302, (int)(await page.PostToAsync(clerk, "/pharmacy/stock?handler=Enough")).Status);
        Assert.Equal(0, await CountAsync(host, "ended_at IS NULL"));

        // Reported anew; the last delivery ends it, and moves whom it does not serve.
        Assert.Equal(204, (await SendAsync(clerk, "/api/pharmacy/shortages", new { requestId = "third" })).Status);
        Assert.Equal(201, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 5, requestId = "last" })).Status);
        Assert.Equal(0, await CountAsync(host, "ended_at IS NULL"));
        Assert.DoesNotContain("StockShort", (await PageReader.OpenAsync(supervisor, "/supervisor/jobs")).Html, StringComparison.Ordinal);
        Assert.Equal(["stock.short", "stock.enough", "stock.short", "stock.enough"], [.. (await AuditedAsync(host, "stock.%")).Where(a => a is "stock.short" or "stock.enough")]);
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task What_the_shelf_lacks_is_said_before_anybody_asks(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        for (var i = 0; i < 2; i++)
        {
            using var resident = await host.NewResidentAsync(i);
            await resident.BookAsync("LD01", "a");
        }

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        // The plan shrinks under the bookings, as when goods were promised that are not there.
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE round SET units_per_booking = 5 WHERE date = '2020-02-10'"), default);
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE booking SET units = 600 WHERE round_date = '2020-02-10'"), default);
        using var clerk = await host.ClerkAsync("LD01");
        var page = await PageReader.OpenAsync(clerk, "/pharmacy/stock");
        Assert.Contains("data-lacking=\"400\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("还有 2 个预约没有领，账上的货还缺 400", page.Text, StringComparison.Ordinal);
        Assert.Matches("<details class=\"fold\" open", page.Html);
    }

    private static async Task<(int Status, string? Code)> SendAsync(HttpClient browser, string path, object body)
    {
        using var answer = await browser.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).Code());
    }

    private static Task<long> CountAsync(SandboxHost host, string where) => host.Get<Database>().ScalarAsync<long>($"SELECT COUNT(*) FROM counter_trouble WHERE {where}");

    private static Task<List<string>> AuditedAsync(SandboxHost host, string like) => host.Get<Database>().QueryAsync<string>($"SELECT action FROM audit WHERE action LIKE '{like}' ORDER BY id");
}
