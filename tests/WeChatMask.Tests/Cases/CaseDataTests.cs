using System.Net;
using SkiaSharp;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Cases;

/// <summary>What becomes of what people wrote: they take it away, have it destroyed, and it is destroyed by itself; what is left are counts.</summary>
public sealed class CaseDataTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";
    private static readonly StaffMember Supervisor = new(1, "supervisor", StaffRole.Supervisor, null);

    [EngineTheory]
    public async Task A_closed_case_is_kept_as_long_as_was_said_and_then_only_counted(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        var number = await SendAsync(wang.Http);
        var open = await SendAsync(wang.Http);
        await CloseAsync(host, number, CaseOutcome.Founded);
        var copy = await (await PageReader.OpenAsync(wang.Http, "/my-data")).PostToAsync(wang.Http, "/my-data?handler=export");
        Assert.Contains("店员态度不好", copy.Html, StringComparison.Ordinal);
        Assert.Contains("已责令改正", copy.Html, StringComparison.Ordinal);
        Assert.Contains($"/complaints/{number}/photo.jpg", copy.Html, StringComparison.Ordinal);
        Assert.Contains("2020年3月12日", (await PageReader.OpenAsync(wang.Http, "/my-data")).Text, StringComparison.Ordinal);

        await host.SetClockAsync("2020-03-11T22:00:00+08:00");
        Assert.Equal(2, await CountAsync(host, "SELECT COUNT(*) FROM complaint_photo"));
        await host.SetClockAsync("2020-03-12T02:00:00+08:00");
        Assert.Equal(1, await CountAsync(host, "SELECT COUNT(*) FROM complaint_photo"));
        Assert.Equal(1, await CountAsync(host, "SELECT COUNT(*) FROM complaint WHERE body = '' AND account_id IS NULL AND destroyed_at IS NOT NULL"));
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM complaint_step WHERE words <> ''"));
        // What is open is still needed, and so is the account on which it hangs.
        Assert.Equal(1, await CountAsync(host, "SELECT COUNT(*) FROM account"));
        Assert.Contains("店员态度不好", (await PageReader.OpenAsync(wang.Http, $"/complaints/{open}")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await PageReader.OpenAsync(wang.Http, $"/complaints/{number}")).Status);

        var counts = (await host.Http.GetJsonAsync("/api/public/complaints")).GetProperty("kinds").EnumerateArray().Single(k => k.GetProperty("kind").GetString() == "attitude");
        Assert.Equal((1, 1, 2), (counts.GetProperty("founded").GetInt32(), counts.GetProperty("open").GetInt32(), counts.GetProperty("total").GetInt32()));
        Assert.Contains("属实 1", (await PageReader.OpenAsync(host.Http, "/complaints")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), r => r.Broken != 0);
    }

    [EngineTheory]
    public async Task Erased_with_the_account_what_was_open_is_taken_back(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        using var other = await host.NewResidentAsync(2);
        var number = await SendAsync(wang.Http);
        var kept = await SendAsync(other.Http);
        var page = await PageReader.OpenAsync(wang.Http, "/my-data/erase");
        Assert.Contains("1 件投诉", page.Text, StringComparison.Ordinal);

        await page.PostAsync(wang.Http);
        Assert.Equal(1, await CountAsync(host, "SELECT COUNT(*) FROM complaint_photo"));
        var row = await host.Get<Database>().QueryOneAsync<Row>("SELECT status, outcome, body FROM complaint WHERE number = @number", new { number });
        Assert.Equal((CaseStatus.Closed, CaseOutcome.Withdrawn, ""), (row!.Status, row.Outcome, row.Body));
        Assert.Contains("店员态度不好", (await PageReader.OpenAsync(other.Http, $"/complaints/{kept}")).Text, StringComparison.Ordinal);
        Assert.Equal(Refusal.CaseClosed, await host.Get<CaseStore>().DoAsync(Supervisor, number, new CaseOrder(CaseAct.Take, "", "r"), CancellationToken.None));
    }

    internal static Task<Refusal> CloseAsync(SandboxHost host, string number, CaseOutcome outcome) =>
        host.Get<CaseStore>().DoAsync(Supervisor, number, new CaseOrder(CaseAct.Close, "已责令改正。", $"c-{number}", null, outcome), CancellationToken.None);

    private static async Task<string> SendAsync(HttpClient http) =>
        ComplaintTests.NumberOf(await CasePhotoTests.SendAsync(http, CasePhotoTests.Picture(SKEncodedImageFormat.Jpeg, 40, 20), "x.jpg"));

    private static Task<long> CountAsync(SandboxHost host, string sql) => host.Get<Database>().ScalarAsync<long>(sql);

    private sealed class Row
    {
        public CaseStatus Status { get; init; }
        public CaseOutcome Outcome { get; init; }
        public string Body { get; init; } = "";
    }
}
