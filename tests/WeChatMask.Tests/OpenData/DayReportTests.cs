using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.OpenData;

/// <summary>The supervisors' daily report follows what is settled after it was made, and says so.</summary>
public sealed class DayReportTests
{
    private const string InHours = "2020-02-11T09:30:00+08:00";

    private static readonly string[] Figures =
        ["planned", "carriedIn", "places", "booked", "left", "redeemed", "lapsed", "cancelled", "carriedOut"];

    [EngineTheory]
    public async Task A_hand_over_that_is_told_after_the_report_corrects_it_with_revision_and_time(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2);
        using var supervisor = await city.Host.SupervisorAsync();
        await city.Host.SetClockAsync("2020-02-11T18:30:00+08:00");
        var first = await ReportAsync(city, supervisor, "2020-02-10");
        Assert.Equal((1, 0, 2, 160), (Revision(first), Of(first, "redeemed"), Of(first, "lapsed"), Of(first, "carriedOut")));
        Assert.Equal("2020-02-11T18:00:00+08:00", first.GetProperty("report").GetProperty("reportedAt").GetString());
        Assert.DoesNotContain("data-corrections", await city.Host.Http.GetStringAsync(new Uri("/notices/2020-02-10", UriKind.Relative)), StringComparison.Ordinal);

        Assert.Equal(["settled"], await city.SettleAsync([city.ByVoucher(0, "a", InHours)]));
        await city.Host.SetClockAsync("2020-02-11T18:32:00+08:00");

        var second = await ReportAsync(city, supervisor, "2020-02-10");
        Assert.Equal((2, 1, 1, 159), (Revision(second), Of(second, "redeemed"), Of(second, "lapsed"), Of(second, "carriedOut")));
        var correction = Assert.Single(second.GetProperty("report").GetProperty("corrections").EnumerateArray());
        Assert.Equal(
            ["LD01 redeemed 0 1", "LD01 lapsed 2 1", "LD01 carriedOut 160 159"],
            correction.GetProperty("changes").EnumerateArray().Where(c => c.TryGetProperty("code", out _)).Select(Words));
        Assert.StartsWith("2020-02-11T18:3", correction.GetProperty("at").GetString(), StringComparison.Ordinal);
        Assert.Equal(first.GetProperty("report").GetProperty("reportedAt").GetString(), second.GetProperty("report").GetProperty("reportedAt").GetString());

        var shown = await city.Host.Http.GetStringAsync(new Uri("/notices/2020-02-10", UriKind.Relative));
        Assert.Contains("data-corrections", shown, StringComparison.Ordinal);
        Assert.Contains("已领：0 → 1", shown, StringComparison.Ordinal);
        Assert.Contains("日报于 02-11 18:3", await supervisor.GetStringAsync(new Uri("/supervisor", UriKind.Relative)), StringComparison.Ordinal);
        var table = await supervisor.GetStringAsync(new Uri("/supervisor/rounds/2020-02-10/report.csv", UriKind.Relative));
        Assert.Contains("日报第 2 版", table, StringComparison.Ordinal);
        Assert.Contains("LD01 未领：2 → 1", table, StringComparison.Ordinal);
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_voided_hand_over_corrects_it_and_the_same_figures_again_do_not(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 1);
        using var supervisor = await city.Host.SupervisorAsync();
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(city.Clerk, new { voucher = city.Vouchers[0], requestId = "h" }));
        await city.Host.SetClockAsync("2020-02-11T18:30:00+08:00");
        Assert.Equal((1, 1, 0), Brief(await ReportAsync(city, supervisor, "2020-02-10")));

        var path = $"/api/supervisor/redemptions/{city.Numbers[0]}/void";
        Assert.Equal(200, (await supervisor.PostAsync(path, new { reason = "未实际发放" })).Status);
        await city.Host.SetClockAsync("2020-02-11T18:40:00+08:00");
        Assert.Equal((2, 0, 1), Brief(await ReportAsync(city, supervisor, "2020-02-10")));

        // Handed over after all, and that too taken back, before the report is looked at again: nothing to correct.
        Assert.Equal(["settled"], await city.SettleAsync([city.ByVoucher(0, "late", InHours)]));
        Assert.Equal(200, (await supervisor.PostAsync(path, new { reason = "未实际发放" })).Status);
        await city.Host.SetClockAsync("2020-02-11T18:50:00+08:00");
        var report = await ReportAsync(city, supervisor, "2020-02-10");
        Assert.Equal((2, 0, 1), Brief(report));
        Assert.Single(report.GetProperty("report").GetProperty("corrections").EnumerateArray());
        Assert.Equal(1, await city.ScalarAsync("SELECT COUNT(*) FROM round WHERE date = '2020-02-10' AND reported_at IS NOT NULL"));
    }

    [EngineTheory]
    public async Task A_place_that_is_taken_back_through_ended_rounds_corrects_each_of_their_reports(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2);
        using var supervisor = await city.Host.SupervisorAsync();
        await city.Host.SetClockAsync("2020-02-12T18:30:00+08:00");
        var before = (await ReportAsync(city, supervisor, "2020-02-10"), await ReportAsync(city, supervisor, "2020-02-11"));

        Assert.Equal(["settled"], await city.SettleAsync([city.ByVoucher(0, "a", InHours)]));
        await city.Host.SetClockAsync("2020-02-12T18:40:00+08:00");

        var after = (await ReportAsync(city, supervisor, "2020-02-10"), await ReportAsync(city, supervisor, "2020-02-11"));
        Assert.Equal((2, 2), (Revision(after.Item1), Revision(after.Item2)));
        Assert.Equal(Of(before.Item2, "carriedIn") - 1, Of(after.Item2, "carriedIn"));
        Assert.Equal(Of(before.Item2, "left") - 1, Of(after.Item2, "left"));
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Pickups_that_moved_correct_the_report_of_their_own_round_when_they_are_settled(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 3);
        using var supervisor = await city.Host.SupervisorAsync();
        var (status, _) = await city.Clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 0, requestId = "d" });
        Assert.Equal(201, status);
        await city.Host.SetClockAsync("2020-02-11T18:30:00+08:00");
        Assert.Equal(3, Of(await ReportAsync(city, supervisor, "2020-02-10"), "booked"));

        Assert.Equal(204, await city.Residents[0].CancelAsync(city.Numbers[0]));
        await city.Host.SetClockAsync("2020-02-12T09:10:00+08:00");
        var report = await ReportAsync(city, supervisor, "2020-02-10");
        Assert.Equal((2, 1), (Of(report, "booked"), Of(report, "cancelled")));
        Assert.Equal(
            "redeemed",
            await CounterHost.VerdictAsync(city.Clerk, new { number = city.Numbers[1], idNumberLast4 = People.IdNumber(1)[^4..], requestId = "h" }));
        await city.Host.SetClockAsync("2020-02-12T18:30:00+08:00");

        report = await ReportAsync(city, supervisor, "2020-02-10");
        Assert.Equal((0, 1, 1, 1), (Of(report, "booked"), Of(report, "cancelled"), Of(report, "redeemed"), Of(report, "lapsed")));
        Assert.True(Revision(report) >= 3);
        await city.AssertSoundAsync();
    }

    /// <summary>The newest report. It must say what the public books say, and balance.</summary>
    private static async Task<JsonElement> ReportAsync(OfflineCity city, HttpClient supervisor, string date)
    {
        var report = await supervisor.GetJsonAsync($"/api/supervisor/rounds/{date}/report");
        var books = await city.Host.Http.GetJsonAsync($"/api/public/rounds/{date}");
        Assert.Equal(Rows(books), Rows(report));
        Assert.Equal(Revision(books), Revision(report));
        Assert.Equal("ended", report.GetProperty("phase").GetString());
        foreach (var p in report.GetProperty("pharmacies").EnumerateArray())
        {
            int F(string name) => p.GetProperty(name).GetInt32();
            Assert.Equal(F("planned") + F("carriedIn"), F("places"));
            Assert.Equal(F("places"), F("left") + F("booked") + F("redeemed") + F("lapsed") + F("cancelled"));
            Assert.Equal(F("carriedOut"), F("left") + F("lapsed") + F("cancelled"));
        }

        return report;
    }

    private static string[] Rows(JsonElement books) =>
        [.. books.GetProperty("pharmacies").EnumerateArray().Select(p => p.GetProperty("code").GetString() + string.Join(' ', Figures.Select(f => p.GetProperty(f).GetInt32())))];

    private static int Of(JsonElement report, string figure) => report.GetProperty("pharmacies")[0].GetProperty(figure).GetInt32();

    private static int Revision(JsonElement books) => books.GetProperty("report").GetProperty("revision").GetInt32();

    private static (int Revision, int Redeemed, int Lapsed) Brief(JsonElement report) => (Revision(report), Of(report, "redeemed"), Of(report, "lapsed"));

    private static string Words(JsonElement c) => $"{c.GetProperty("code")} {c.GetProperty("figure")} {c.GetProperty("before")} {c.GetProperty("after")}";
}
