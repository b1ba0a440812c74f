using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Stock;

/// <summary>Reports of stock that the plan makes doubtful wait for a supervisor, and nothing follows from them before.</summary>
public sealed class HeldReportTests
{
    [EngineTheory]
    public async Task More_than_the_margin_makes_no_place_until_a_supervisor_agrees(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();
        var planned = (await DeliverAsync(clerk, 0, "look", moreComing: true)).Body.Figure("planned");
        var before = await FiguresAsync(host);
        Assert.Equal(800, planned);

        // A fifth more is taken on the pharmacy's word, one unit more is not, whether in one post or in many small ones.
        foreach (var (units, id) in new[] { (100_000, "a"), (961, "b") })
        {
            var (status, told) = await DeliverAsync(clerk, units, id);
            Assert.Equal((202, true, 0, 0), (status, told.GetProperty("waits").GetBoolean(), told.Figure("delivered"), told.Figure("places")));
            Assert.Equal(202, (await DeliverAsync(clerk, units, id)).Status);
        }

        Assert.Equal((409, "request_used"), await CodeAsync(DeliverAsync(clerk, 5, "a")));
        Assert.Equal(before, await FiguresAsync(host));
        var statuses = new List<int>();
        for (var i = 0; i < 11; i++) statuses.Add((await DeliverAsync(clerk, 96, $"s{i}", moreComing: true)).Status);
        Assert.Equal(([.. Enumerable.Repeat(201, 10), 202]), statuses);
        Assert.Equal(before, await FiguresAsync(host));

        // What waits is told to whoever watches, with all that a supervisor needs to know.
        Assert.Contains("stock reports wait 3", await host.WarningsAsync());
        Assert.Contains("data-held=\"3\"", await supervisor.GetStringAsync(new Uri("/supervisor", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains("data-held=\"Waiting\"", await clerk.GetStringAsync(new Uri("/pharmacy/stock", UriKind.Relative)), StringComparison.Ordinal);
        var reports = await WaitingAsync(supervisor);
        Assert.Equal([(100_000, 100_000, 99_200), (961, 961, 161), (96, 1056, 256)], reports.Select(r => (r.Figure("units"), r.Figure("total"), r.Figure("difference"))));
        Assert.All(reports, r => Assert.Equal(("LD01", "clerk-ld01", 800), (r.GetProperty("pharmacyCode").GetString(), r.GetProperty("clerk").GetString(), r.Figure("planned"))));

        // No, with a reason; and yes, once.
        var first = Path(reports[0]);
        Assert.Equal(422, (await AnswerAsync(supervisor, $"{first}/decline", new { reason = " " })).Status);
        Assert.Equal(204, (await AnswerAsync(supervisor, $"{first}/decline", new { reason = "填错了" })).Status);
        Assert.Equal((409, "report_decided"), await AnswerAsync(supervisor, $"{first}/agree"));
        Assert.Equal((409, "report_declined"), await CodeAsync(DeliverAsync(clerk, 100_000, "a")));
        Assert.Contains("填错了", await clerk.GetStringAsync(new Uri("/pharmacy/stock", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(before, await FiguresAsync(host));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AnswerAsync(supervisor, $"{Path(reports[2])}/agree")));
        Assert.Equal([204, 409, 409, 409], answers.Select(a => a.Status).Order());
        var (again, settled) = await DeliverAsync(clerk, 96, "s10", moreComing: true);
        Assert.Equal((200, 1056), (again, settled.Figure("delivered")));
        Assert.Equal(404, (await AnswerAsync(supervisor, "/api/supervisor/stock-reports/1/agree")).Status);
        Assert.Equal(["stock.hold", "stock.hold", "stock.hold", "stock.decline", "stock.agree"], await AuditedAsync(host));
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_yes_lets_places_follow_as_if_it_had_been_believed_at_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();
        Assert.Equal(202, (await DeliverAsync(clerk, 1000, "d")).Status);

        Assert.Equal(204, await AgreeAsync(supervisor));

        Assert.Equal(40, (await host.BooksAsync("2020-02-11", "LD01")).Figure("carriedIn"));
        var (status, told) = await DeliverAsync(clerk, 1000, "d");
        Assert.Equal((200, 1000, 40), (status, told.Figure("delivered"), told.Figure("places")));
        Assert.Empty(await host.WarningsAsync());
        await host.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_loss_beyond_the_margin_moves_nobody_and_one_beyond_the_shelf_is_refused(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();

        Assert.Equal((409, "stock_too_low"), await CodeAsync(LoseAsync(clerk, 801, "l1")));
        Assert.Equal(202, (await LoseAsync(clerk, 797, "l2")).Status);
        // Two losses that wait are each judged by what has been believed; together they would be more than there is.
        Assert.Equal(202, (await LoseAsync(clerk, 200, "l3")).Status);
        for (var i = 0; i < 4; i++) Assert.Equal(201, (await LoseAsync(clerk, 40, $"s{i}")).Status);
        Assert.Equal(202, (await LoseAsync(clerk, 1, "s4")).Status);
        Assert.Equal("2020-02-11", await PickupAsync(resident));

        // The shelf no longer holds what was reported first: it goes on waiting, and the supervisor is told why.
        var reports = await WaitingAsync(supervisor);
        Assert.Equal((409, "stock_too_low"), await AnswerAsync(supervisor, $"{Path(reports[0])}/agree"));
        Assert.Equal(3, (await WaitingAsync(supervisor)).Count);
        Assert.Equal(204, (await AnswerAsync(supervisor, $"{Path(reports[1])}/agree")).Status);
        Assert.Equal("2020-02-11", await PickupAsync(resident));
        Assert.Equal(202, (await LoseAsync(clerk, 436, "l4")).Status);
        Assert.Equal(204, (await AnswerAsync(supervisor, $"{Path((await WaitingAsync(supervisor))[^1])}/agree")).Status);
        Assert.Equal("2020-02-12", await PickupAsync(resident));
        foreach (var units in new[] { -1, int.MinValue, 100_001, int.MaxValue }) Assert.Equal(422, (await LoseAsync(clerk, units, "n")).Status);
        await host.AssertSoundAsync();
    }

    [Fact]
    public async Task The_margin_is_a_rule_of_the_city()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T08:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        using var clerk = await host.ClerkAsync("LD01");
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-11";
        policy["stockMarginPercent"] = 1001;
        Assert.Equal(422, (await Policies.AddAsync(supervisor, policy)).Status);
        policy["stockMarginPercent"] = 0;
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);
        await host.SetClockAsync("2020-02-12T08:00:00+08:00");

        Assert.Equal(202, (await DeliverAsync(clerk, 801, "d1", date: "2020-02-12")).Status);
        Assert.Equal(201, (await DeliverAsync(clerk, 800, "d2", date: "2020-02-12")).Status);
        Assert.Contains("Form.StockMarginPercent", await supervisor.GetStringAsync(new Uri("/supervisor/policy", UriKind.Relative)), StringComparison.Ordinal);
    }

    /// <summary>Agrees to the one report that waits.</summary>
    internal static async Task<int> AgreeAsync(HttpClient supervisor) =>
        (await AnswerAsync(supervisor, $"{Path(Assert.Single(await WaitingAsync(supervisor)))}/agree")).Status;

    private static async Task<List<JsonElement>> WaitingAsync(HttpClient supervisor) =>
        [.. (await supervisor.GetJsonAsync("/api/supervisor/stock-reports")).GetProperty("reports").EnumerateArray()];

    // What went well has no body.
    private static async Task<(int Status, string? Code)> AnswerAsync(HttpClient supervisor, string path, object? body = null)
    {
        using var answer = await supervisor.PostAsJsonAsync(path, body ?? new { });
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : (await answer.JsonAsync()).Code());
    }

    private static string Path(JsonElement report) => $"/api/supervisor/stock-reports/{report.GetProperty("id").GetString()}";

    private static async Task<string?> PickupAsync(ResidentPhone resident) =>
        (await resident.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings")[0].GetProperty("pickupDate").GetString();

    private static async Task<string> FiguresAsync(SandboxHost host) => string.Join(
        ' ',
        (await host.BooksAsync("2020-02-11", "LD01")).GetRawText(),
        (await host.Http.GetJsonAsync("/api/board")).GetProperty("version").GetRawText(),
        await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM carry_over"));

    private static Task<List<string>> AuditedAsync(SandboxHost host) => host.Get<Database>().QueryAsync<string>(
        "SELECT action FROM audit WHERE action LIKE 'stock.%' ORDER BY id");

    private static async Task<(int Status, string? Code)> CodeAsync(Task<(int Status, JsonElement Body)> answering)
    {
        var (status, body) = await answering;
        return (status, body.Code());
    }

    private static Task<(int Status, JsonElement Body)> DeliverAsync(HttpClient clerk, int units, string requestId, bool moreComing = false, string date = "2020-02-11") =>
        clerk.PostAsync("/api/pharmacy/deliveries", new { date, units, requestId, moreComing });

    private static Task<(int Status, JsonElement Body)> LoseAsync(HttpClient clerk, int units, string requestId) =>
        clerk.PostAsync("/api/pharmacy/losses", new { date = "2020-02-11", units, reason = "受潮", requestId });
}
