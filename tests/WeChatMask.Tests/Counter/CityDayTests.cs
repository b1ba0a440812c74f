using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using Xunit.Abstractions;

namespace WeChatMask.Tests.Counter;

/// <summary>The whole city's pickups of today say what each pharmacy's own page says.</summary>
public sealed class CityDayTests(ITestOutputHelper output)
{
    private static readonly string[] Pharmacies = ["LD01", "LD02"];

    [EngineTheory]
    public async Task The_citys_day_is_the_sum_of_what_the_pharmacies_own_pages_say(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var first = await host.ClerkAsync("LD01");
        using var second = await host.ClerkAsync("LD02");
        var numbers = await BookAsync(host);

        // The third of LD01's three has to come the next day.
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(1, (await first.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 10, requestId = "d1" })).Body.Figure("moved"));
        await host.SetClockAsync("2020-02-11T10:10:00+08:00");
        foreach (var i in new[] { 0, 1 }) await HandOverAsync(first, numbers, i);
        Assert.Equal(200, (await first.PostAsync($"/api/pharmacy/redemptions/{numbers[1]}/void", new { reason = "扫错了" })).Status);
        var city = await ReadAsync(supervisor);
        Assert.Equal(JsonValueKind.Null, Of(city, "LD02").TryGetProperty("reported", out var reported) ? reported.ValueKind : JsonValueKind.Null);

        // LD02's van is late.
        await host.SetClockAsync("2020-02-11T10:40:00+08:00");
        Assert.Equal(201, (await second.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 790, requestId = "d2" })).Status);
        Assert.Equal(201, (await second.PostAsync("/api/pharmacy/losses", new { date = "2020-02-11", units = 3, reason = "受潮", requestId = "l1" })).Status);
        await HandOverAsync(second, numbers, 3);

        city = await ReadAsync(supervisor);
        Assert.Equal((4, 2, 2, 50), (city.Figure("due"), city.Figure("redeemed"), city.Figure("waiting"), city.Figure("percent")));
        Assert.Equal((10, 0), (Of(city, "LD01").Figure("reported"), Of(city, "LD01").Figure("lost")));
        Assert.Equal((790, 3, 800), (Of(city, "LD02").Figure("reported"), Of(city, "LD02").Figure("lost"), Of(city, "LD02").Figure("planned")));
        Assert.Equal([0, 1, null], Curve(city, "10:00", "10:30", "11:00"));
        await AgreeAsync(host, city);

        await host.SetClockAsync("2020-02-11T11:00:00+08:00");
        Assert.Equal([0, 1, 2], Curve(await ReadAsync(supervisor), "10:00", "10:30", "11:00"));
        await using var held = await host.HoldJobsAsync();
        await host.SetClockAsync("2020-02-11T17:59:58+08:00");
        Assert.Contains("还在等 2", (await PageReader.OpenAsync(supervisor, "/supervisor/today")).Text, StringComparison.Ordinal);
        host.Get<SandboxClock>().Freeze(DateTimeOffset.Parse("2020-02-11T18:00:00+08:00", null));
        var over = await PageReader.OpenAsync(supervisor, "/supervisor/today");
        Assert.Contains("没有领 2", over.Text, StringComparison.Ordinal);
        Assert.Contains("今天的领取已经结束", over.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("还在等 2", over.Text, StringComparison.Ordinal);
        await AgreeAsync(host, await ReadAsync(supervisor));
    }

    [EngineTheory]
    public async Task What_has_moved_counts_on_the_day_it_has_moved_to(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var clerk = await host.ClerkAsync("LD01");
        var numbers = await BookAsync(host);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(3, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 0, requestId = "d1" })).Body.Figure("moved"));
        Assert.Equal(0, Of(await ReadAsync(supervisor), "LD01").Figure("due"));
        await AgreeAsync(host, await ReadAsync(supervisor));

        await host.SetClockAsync("2020-02-12T09:10:00+08:00");
        await HandOverAsync(clerk, numbers, 2);
        var city = await ReadAsync(supervisor);
        Assert.Equal((3, 1), (city.Figure("due"), city.Figure("redeemed")));
        Assert.Equal(3, Of(city, "LD01").Figure("due"));
        await AgreeAsync(host, city);
    }

    [Fact]
    public async Task A_large_city_is_light_and_folded_until_it_is_looked_into()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T20:01:00+08:00");
        await host.SetClockAsync("2020-02-13T10:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var folded = await PageReader.OpenAsync(supervisor, "/supervisor/today");
        Assert.Contains("共 228 家药店", folded.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("data-code", folded.Html, StringComparison.Ordinal);
        Assert.Equal(228, (await ReadAsync(supervisor)).GetProperty("pharmacies").GetArrayLength());
        foreach (var path in new[] { "/supervisor/today", "/supervisor/today?q=店", "/supervisor/today?order=district&q=药" })
        {
            var before = Stopwatch.GetTimestamp();
            var page = await PageReader.OpenAsync(supervisor, path);
            var elements = Regex.Count(page.Html, "<[a-z]");
            output.WriteLine($"{path}: {elements} elements, {page.Html.Length} characters, {Stopwatch.GetElapsedTime(before).TotalMilliseconds:0} ms");
            Assert.InRange(elements, 50, 1_500);
        }
    }

    private static async Task<List<string>> BookAsync(SandboxHost host)
    {
        var phones = new List<ResidentPhone>();
        for (var i = 0; i < 5; i++) phones.Add(await host.NewResidentAsync(i));
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var numbers = new List<string>();
        foreach (var (i, phone) in phones.Index()) numbers.Add((await phone.BookAsync(i < 3 ? "LD01" : "LD02", "a")).Body.GetProperty("number").GetString()!);
        await host.SetClockAsync("2020-02-10T22:01:00+08:00");
        return numbers;
    }

    private static async Task HandOverAsync(HttpClient clerk, List<string> numbers, int i) => Assert.Equal(
        "redeemed",
        (await clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[i], idNumberLast4 = People.IdNumber(i)[^4..], requestId = $"h{i}" })).Body.GetProperty("verdict").GetString());

    private static Task<JsonElement> ReadAsync(HttpClient supervisor) => supervisor.GetJsonAsync("/api/supervisor/today");

    private static JsonElement Of(JsonElement city, string code) =>
        city.GetProperty("pharmacies").EnumerateArray().Single(p => p.GetProperty("code").GetString() == code);

    private static IEnumerable<int?> Curve(JsonElement city, params string[] times) => times.Select(time =>
    {
        var point = city.GetProperty("curve").EnumerateArray().Single(p => p.GetProperty("at").GetString()!.Contains($"T{time}", StringComparison.Ordinal));
        return point.TryGetProperty("redeemed", out var redeemed) && redeemed.ValueKind == JsonValueKind.Number ? redeemed.GetInt32() : (int?)null;
    });

    /// <summary>Each pharmacy's figures, and the city's, against the feet of the slots on the pharmacies' own pages.</summary>
    private static async Task AgreeAsync(SandboxHost host, JsonElement city)
    {
        var sum = (Waiting: 0, Redeemed: 0, Lapsed: 0);
        foreach (var code in Pharmacies)
        {
            using var clerk = await host.ClerkAsync(code);
            var foot = Regex.Match((await PageReader.OpenAsync(clerk, "/pharmacy")).Html, "<tfoot>.*?<td>(?<waiting>\\d+)</td><td>(?<redeemed>\\d+)</td><td>(?<lapsed>\\d+)</td>", RegexOptions.Singleline | RegexOptions.ExplicitCapture);
            var own = foot.Success ? (Waiting: Read(foot, "waiting"), Redeemed: Read(foot, "redeemed"), Lapsed: Read(foot, "lapsed")) : default;
            Assert.Equal(own, (Of(city, code).Figure("waiting"), Of(city, code).Figure("redeemed"), Of(city, code).Figure("lapsed")));
            sum = (sum.Waiting + own.Waiting, sum.Redeemed + own.Redeemed, sum.Lapsed + own.Lapsed);
        }

        Assert.Equal(sum, (city.Figure("waiting"), city.Figure("redeemed"), city.Figure("lapsed")));

        static int Read(Match foot, string group) => int.Parse(foot.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
