using WeChatMask.Data;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Levers;

/// <summary>Levers with a time: a later opening, later hours, another pickup day; and the page on which all are pressed.</summary>
public sealed class LeverTimesTests
{
    private const string Round = "2020-02-10";

    [EngineTheory]
    public async Task A_postponed_round_opens_later_and_may_be_put_back(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:55:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        using var phone = await host.NewResidentAsync(1);
        foreach (var wrong in new[] { "2020-02-10T18:50:00+08:00", "2020-02-10T21:30:00+08:00", "2020-02-11T19:00:00+08:00" })
            Assert.Equal((422, "invalid_lever_time"), LeverTests.Code(await supervisor.PostAsync("/api/supervisor/levers/preview", new { kind = "postpone", date = Round, to = wrong })));
        await PressAsync(supervisor, "postpone", "2020-02-10T20:00:00+08:00", "设备检修", "a");
        Assert.Contains("原定 19:00 开放，已推迟", await host.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
        await host.SetClockAsync("2020-02-10T19:00:05+08:00");
        Assert.Equal((409, "not_open"), LeverTests.Code(await phone.BookAsync("LD01", "a")));
        await PressAsync(supervisor, "postpone", "2020-02-10T19:30:00+08:00", "提前修好", "b");
        Assert.Equal((422, "invalid_lever_time"), LeverTests.Code(await supervisor.PostAsync("/api/supervisor/levers/preview", new { kind = "postpone", date = Round, to = "2020-02-10T19:00:00+08:00" })));

        await host.SetClockAsync("2020-02-10T19:30:00+08:00");

        Assert.Equal(201, (await phone.BookAsync("LD01", "b")).Status);
        var board = (await host.Http.GetJsonAsync("/api/board")).GetProperty("round");
        Assert.Equal("2020-02-10T22:30:00+08:00", board.GetProperty("closesAt").GetDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-ddTHH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((409, "lever_too_late"), LeverTests.Code(await supervisor.PostAsync("/api/supervisor/levers/preview", new { kind = "postpone", date = Round, to = "2020-02-10T20:30:00+08:00" })));
        await LeverTests.AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task One_pharmacy_hands_over_until_later_and_nothing_lapses_before(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        var numbers = await LeverTests.BookAsync(host, 1, 4);
        await host.SetClockAsync("2020-02-11T17:30:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        await PressAsync(supervisor, "extend", "2020-02-11T20:00:00+08:00", "到货晚了", "a", "LD01");
        await host.SetClockAsync("2020-02-11T18:30:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var other = await host.ClerkAsync("LD04");

        Assert.Equal("redeemed", await VerdictAsync(clerk, numbers[1], 1));
        Assert.Equal("lapsed", await VerdictAsync(other, numbers[3], 3));
        await LeverTests.AssertSoundAsync(host);
        await host.SetClockAsync("2020-02-11T20:00:10+08:00");
        Assert.Equal("lapsed", await VerdictAsync(clerk, numbers[2], 2));
        await LeverTests.AssertSoundAsync(host);
    }

    [Theory]
    [InlineData(true, 2, "关注了公众号的各收到一次微信通知")]
    [InlineData(false, 0, "不逐个通知")]
    public async Task A_preview_says_who_is_told_of_later_hours_as_they_are(bool byWeChat, int told, string sentence)
    {
        var settings = byWeChat ? null : new Dictionary<string, string?>(StringComparer.Ordinal) { ["WeChatNotices:Reminder:Id"] = "" };
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: settings);
        await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "event", @event = "subscribe" });
        await LeverTests.BookAsync(host, 1, 4);
        await host.SetClockAsync("2020-02-11T17:30:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var preview = (await supervisor.PostAsync("/api/supervisor/levers/preview", new { kind = "extend", date = Round, to = "2020-02-11T20:00:00+08:00", pharmacyCode = "LD01" })).Body;

        Assert.Equal(told, preview.GetProperty("told").GetInt32());
        Assert.Contains(sentence, preview.GetProperty("effects").GetRawText(), StringComparison.Ordinal);
        await PressAsync(supervisor, "extend", "2020-02-11T20:00:00+08:00", "到货晚了", "a", "LD01");
        await host.AdvanceAsync("PT1M");
        Assert.Equal(told, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM outbox WHERE kind = 41", default, default));
        Assert.DoesNotContain(await host.SmsAsync(), s => s.GetProperty("text").GetString()!.Contains("到货晚了", StringComparison.Ordinal));
    }

    [EngineTheory]
    public async Task A_moved_day_is_told_once_and_collected_on_the_next(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        var numbers = await LeverTests.BookAsync(host, 1, 4);
        await host.SetClockAsync("2020-02-11T09:30:00+08:00");
        var before = (await host.SmsAsync()).Count;
        using var supervisor = await host.SupervisorAsync();
        await PressAsync(supervisor, "move", null, "药店停电", "a", "LD01");
        await PressAsync(supervisor, "move", null, "药店停电", "b", "LD01", repeated: true);
        await host.AdvanceAsync("PT10S");

        var told = (await host.SmsAsync()).Skip(before).Select(s => s.GetProperty("text").GetString()!).ToList();
        Assert.Equal(2, told.Count);
        Assert.All(told, t => Assert.Contains("药店停电", t, StringComparison.Ordinal));
        using var clerk = await host.ClerkAsync("LD01");
        Assert.Equal("not_yet", await VerdictAsync(clerk, numbers[1], 1));
        // Goods that come do not bring back whoever has been sent to the next day.
        Assert.InRange((await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 800, requestId = "d1" })).Status, 200, 201);
        Assert.Equal("not_yet", await VerdictAsync(clerk, numbers[1], 1));
        await host.SetClockAsync("2020-02-12T09:30:00+08:00");
        Assert.Equal("redeemed", await VerdictAsync(clerk, numbers[1], 1));
        await LeverTests.AssertSoundAsync(host);
    }

    [Fact]
    public async Task The_page_shows_what_happens_before_it_is_pressed_and_again_when_the_round_has_changed()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        await LeverTests.BookAsync(host, 1, 3);
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/levers");
        var shown = await page.PostToAsync(supervisor, "/supervisor/levers?handler=Preview", ("Kind", "Annul"), ("Date", Round), ("Reason", "货源中断"));
        Assert.Contains("5 家药店的 3 个预约作废", shown.Text, StringComparison.Ordinal);
        Assert.Contains("原因：货源中断", shown.Text, StringComparison.Ordinal);
        await LeverTests.PressAsync(supervisor, "pause", await LeverTests.PreviewAsync(supervisor, new { kind = "pause", date = Round }), "先停");

        (string, string)[] fields = [("Kind", "Annul"), ("Date", Round), ("Reason", "货源中断"), ("Fingerprint", shown.Hidden("Fingerprint")), ("RequestId", shown.Hidden("RequestId"))];
        var changed = await shown.PostToAsync(supervisor, "/supervisor/levers?handler=Press", fields);
        Assert.Equal(409, (int)changed.Status);
        Assert.Contains("看过预览之后情况有了变化", changed.Text, StringComparison.Ordinal);
        Assert.NotEqual(shown.Hidden("Fingerprint"), changed.Hidden("Fingerprint"));
        fields[3] = ("Fingerprint", changed.Hidden("Fingerprint"));
        await changed.PostToAsync(supervisor, "/supervisor/levers?handler=Press", fields);
        await host.AdvanceAsync("PT5S");
        Assert.Contains("已完成", (await PageReader.OpenAsync(supervisor, "/supervisor/levers")).Text, StringComparison.Ordinal);
        await LeverTests.AssertSoundAsync(host);
    }

    private static async Task PressAsync(HttpClient supervisor, string kind, string? to, string reason, string requestId, string? pharmacyCode = null, bool repeated = false)
    {
        var preview = await LeverTests.PreviewAsync(supervisor, new { kind, date = Round, to, pharmacyCode });
        var (status, body) = await LeverTests.PressAsync(supervisor, kind, preview, reason, requestId);
        Assert.True(status == (repeated ? 200 : 201), body.ToString());
    }

    private static async Task<string?> VerdictAsync(HttpClient clerk, string number, int i) => (await clerk.PostAsync(
        "/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(i)[^4..], requestId = Guid.NewGuid().ToString("N") })).Body.GetProperty("verdict").GetString();
}
