using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Levers;

/// <summary>What a supervisor does to a round on a bad day holds at once, is told once, and leaves the books balanced.</summary>
public sealed class LeverTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";
    private const string Round = "2020-02-10";

    [EngineTheory]
    public async Task An_annulled_round_takes_and_gives_nothing_more_and_its_people_may_book_again(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        var numbers = await BookAsync(host, 1, 6);
        using var supervisor = await host.SupervisorAsync();
        await host.SetClockAsync("2020-02-11T09:05:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        Assert.Equal("redeemed", await RedeemAsync(clerk, numbers[1], 1));
        var preview = await PreviewAsync(supervisor, new { kind = "annul", date = Round });
        Assert.Equal((5, 5), (preview.GetProperty("bookings").GetInt32(), preview.GetProperty("told").GetInt32()));

        var pressed = await PressAsync(supervisor, "annul", preview, "仓库受潮");

        Assert.Equal(201, pressed.Status);
        Assert.Equal("cancelled", await RedeemAsync(clerk, numbers[2], 2));
        Assert.True((await clerk.PostAsync("/api/pharmacy/redemptions", Hand(numbers[2], 2))).Body.GetProperty("roundAnnulled").GetBoolean());
        await host.AdvanceAsync("PT5S");
        var lever = (await supervisor.GetJsonAsync("/api/supervisor/levers")).GetProperty("levers")[0];
        Assert.NotNull(Text(lever, "doneAt"));
        await AssertSoundAsync(host);
        Assert.Equal(5, (await host.SmsAsync()).Count(s => s.GetProperty("text").GetString()!.Contains("已作废：仓库受潮", StringComparison.Ordinal)));
        using var phone = await host.PhoneAsync("o-2");
        Assert.Equal("cancelled", (await phone.GetJsonAsync($"/api/bookings/{numbers[2]}")).GetProperty("status").GetString());

        // The next evening those whose booking was annulled may book, and whoever has collected may not.
        await host.SetClockAsync("2020-02-11T19:00:05+08:00");
        var me = (await phone.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("id").GetString();
        Assert.Equal(201, (await phone.PostAsync("/api/bookings", new { residentId = me, pharmacyCode = "LD02", requestId = "again" })).Status);
        using var first = await host.PhoneAsync("o-1");
        var served = (await first.GetJsonAsync("/api/me")).GetProperty("residents")[0].GetProperty("id").GetString();
        Assert.Equal("cooldown", (await first.PostAsync("/api/bookings", new { residentId = served, pharmacyCode = "LD02", requestId = "again" })).Body.Code());
        // Places: 160 planned a pharmacy, and of the annulled round all that were not handed over.
        Assert.Equal(799, (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").EnumerateArray().Sum(p => p.GetProperty("carriedIn").GetInt32()));
        Assert.Single(await host.Get<AuditQueries>().NewestAsync(200, CancellationToken.None), l => l is { Action: "round.annul", Subject: Round, Actor: "supervisor" });
        await AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task A_round_annulled_while_it_is_open_is_closed_and_its_places_go_on(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        var numbers = await BookAsync(host, 1, 4);
        using var supervisor = await host.SupervisorAsync();
        var preview = await PreviewAsync(supervisor, new { kind = "annul", date = Round });
        Assert.Equal(201, (await PressAsync(supervisor, "annul", preview, "货源中断")).Status);

        using var late = await host.NewResidentAsync(9);
        var refused = await late.BookAsync("LD01", "z");
        Assert.Equal((409, "round_annulled"), (refused.Status, refused.Body.Code()));
        Assert.Contains("这一期已作废", await host.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
        await host.SetClockAsync("2020-02-11T18:05:00+08:00");
        await AssertSoundAsync(host);
        Assert.Equal(4, (await host.SmsAsync()).Count);
        Assert.Contains("货源中断", await host.Http.GetStringAsync(new Uri($"/notices/{Round}", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(4, numbers.Count);
    }

    [EngineTheory]
    public async Task Booking_rests_while_paused_and_goes_on(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var phone = await host.NewResidentAsync(1);
        using var supervisor = await host.SupervisorAsync();
        Assert.Equal(201, (await PressAsync(supervisor, "pause", await PreviewAsync(supervisor, new { kind = "pause", date = Round }), "短信故障")).Status);
        Assert.Equal((409, "booking_paused"), Code(await phone.BookAsync("LD01", "a")));
        Assert.Contains("短信故障", await host.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal((422, "invalid_lever_time"), Code(await supervisor.PostAsync("/api/supervisor/levers/preview", new { kind = "extend", date = Round, to = "2020-02-12T09:00:00+08:00" })));

        Assert.Equal(201, (await PressAsync(supervisor, "reopen", await PreviewAsync(supervisor, new { kind = "reopen", date = Round }), "已修复")).Status);
        Assert.Equal(201, (await phone.BookAsync("LD01", "b")).Status);
        Assert.Equal(201, (await PressAsync(supervisor, "close", await PreviewAsync(supervisor, new { kind = "close", date = Round }), "货不够")).Status);
        using var late = await host.NewResidentAsync(2);
        Assert.Equal((409, "closed"), Code(await late.BookAsync("LD01", "c")));
        await AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task Pressed_by_two_at_once_and_on_two_nodes_it_is_pressed_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        await BookAsync(host, 1, 3);
        await using var node = await host.AddNodeAsync();
        using var supervisor = await host.SupervisorAsync();
        var preview = await PreviewAsync(supervisor, new { kind = "annul", date = Round });

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => PressAsync(supervisor, "annul", preview, "货源中断", $"r{i % 3}")));

        Assert.Equal(1, answers.Count(a => a.Status == 201));
        Assert.Equal(5, answers.Count(a => a.Status == 200 && a.Body.GetProperty("repeated").GetBoolean()));
        Assert.Single(answers.Select(a => a.Body.GetProperty("lever").GetProperty("id").GetString()).Distinct(StringComparer.Ordinal));
        await host.AdvanceAsync("PT10S");
        Assert.Equal(3, (await host.SmsAsync()).Count(s => s.GetProperty("text").GetString()!.Contains("已作废", StringComparison.Ordinal)));
        await AssertSoundAsync(host);
    }

    internal static async Task<Dictionary<int, string>> BookAsync(SandboxHost host, int first, int last)
    {
        var numbers = new Dictionary<int, string>();
        for (var i = first; i <= last; i++)
        {
            using var phone = await host.NewResidentAsync(i);
            numbers[i] = (await phone.BookAsync(i <= 2 ? "LD01" : $"LD0{(i % 5) + 1}", "a")).Body.GetProperty("number").GetString()!;
        }

        return numbers;
    }

    internal static async Task<JsonElement> PreviewAsync(HttpClient supervisor, object body)
    {
        var (status, preview) = await supervisor.PostAsync("/api/supervisor/levers/preview", body);
        Assert.True(status == 200, preview.ToString());
        return preview;
    }

    internal static Task<(int Status, JsonElement Body)> PressAsync(HttpClient supervisor, string kind, JsonElement preview, string reason, string requestId = "") => supervisor.PostAsync(
        "/api/supervisor/levers",
        new
        {
            kind, date = preview.GetProperty("date").GetString(), pharmacyCode = Text(preview, "pharmacyCode"), to = Text(preview, "to"), reason,
            requestId = requestId.Length == 0 ? $"{kind}-1" : requestId, fingerprint = preview.GetProperty("fingerprint").GetString(),
        });

    internal static async Task AssertSoundAsync(SandboxHost host)
    {
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), r => r.Broken != 0);
        // A round that is closed before its time breaks what was announced, and the log says so.
        Assert.DoesNotContain((await CityLog.ReadAsync(host.Get<Database>())).Faults(), f => !f.StartsWith("F14", StringComparison.Ordinal));
    }

    internal static (int Status, string? Code) Code((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Code());

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static object Hand(string number, int i) => new { number, idNumberLast4 = People.IdNumber(i)[^4..], requestId = $"h{i}" };

    private static async Task<string?> RedeemAsync(HttpClient clerk, string number, int i) =>
        (await clerk.PostAsync("/api/pharmacy/redemptions", Hand(number, i))).Body.GetProperty("verdict").GetString();
}
