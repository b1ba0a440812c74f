using System.Net;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Data;
using WeChatMask.Tests.Support;
using WeChatMask.Tests.Telemetry;

namespace WeChatMask.Tests.OpenData;

/// <summary>A city whose database has a standby shows the public what stands there, and decides nothing by it.</summary>
public sealed class StandbyFilesTests(EachEngine<RecentReadTests.Followed> cities) : IClassFixture<EachEngine<RecentReadTests.Followed>>
{
    private const string Reads = "wechatmask.database.recent.reads";
    private const string Day = "2020-02-10";

    private static readonly string[] Files =
    [
        "/api/public/rounds", "/api/public/rounds.csv", $"/api/public/rounds/{Day}", $"/api/public/rounds/{Day}.csv", $"/api/public/rounds/{Day}/list?pharmacy=LD01",
        $"/api/public/rounds/{Day}/list.csv?pharmacy=LD01", "/notices", $"/notices/{Day}", $"/notices/{Day}/print", "/notices/trends",
    ];

    [EngineTheory(ServersOnly = true)]
    public async Task The_publics_files_come_from_the_standby_and_nothing_that_decides_does(DatabaseKind engine)
    {
        var city = await cities.OnAsync(engine);
        await using var host = await StartAsync(city);
        using var figures = new Figures(host.App.Services);

        // The standby shows what was before all of this; whoever decided by it would decide otherwise.
        await city.HoldBackAsync();
        using var one = await host.NewResidentAsync(1);
        var (status, booking) = await one.BookAsync("LD01", "a");
        Assert.Equal(201, status);
        Assert.Equal(409, (await one.BookAsync("LD02", "b")).Status);
        foreach (var path in new[] { "/", "/nearby", "/bookings", "/my-data" }) await OpenAsync(one.Http, path);
        await host.SetClockAsync("2020-02-11T09:10:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var redeemed = await clerk.PostAsync(
            "/api/pharmacy/redemptions", new { number = booking.GetProperty("number").GetString(), idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r" });
        Assert.Equal("redeemed", redeemed.Body.GetProperty("verdict").GetString());
        await OpenAsync(clerk, "/pharmacy");
        await OpenAsync(clerk, "/pharmacy/lists");
        using var supervisor = await host.SupervisorAsync();
        foreach (var path in new[] { "/supervisor", "/supervisor/today", "/supervisor/rounds", "/supervisor/log" }) await OpenAsync(supervisor, path);
        Assert.DoesNotContain(figures.Names, n => n.StartsWith(Reads, StringComparison.Ordinal));

        // While it is behind, the files are read from the primary and are right.
        var books = await host.Http.GetJsonAsync($"/api/public/rounds/{Day}");
        Assert.Equal(1, books.GetProperty("totals").GetProperty("redeemed").GetInt32());
        Assert.Equal(0, figures.Sum(Reads, "standby"));
        await city.FollowAgainAsync();
        foreach (var path in Files)
        {
            await Eventually.UntilAsync(async () =>
            {
                var (there, here) = (figures.Sum(Reads, "standby"), figures.Sum(Reads, "primary"));
                await OpenAsync(host.Http, path);
                return figures.Sum(Reads, "standby") > there && figures.Sum(Reads, "primary") == here;
            });
        }

        books = await host.Http.GetJsonAsync($"/api/public/rounds/{Day}");
        Assert.Equal(1, books.GetProperty("totals").GetProperty("redeemed").GetInt32());
    }

    [EngineTheory(ServersOnly = true)]
    public async Task A_city_is_ready_without_its_standby_and_an_operator_is_told_how_it_does(DatabaseKind engine)
    {
        var city = await cities.OnAsync(engine);
        await using var host = await StartAsync(city);
        var well = await DiagnoseAsync(host);
        Assert.True(well.StartsWith("ok ", StringComparison.Ordinal), well);

        await city.HoldBackAsync();
        using var node = city.Node("");
        await RecentReadTests.Followed.ChangeAsync(node);
        Assert.Contains(" behind, ", await DiagnoseAsync(host), StringComparison.Ordinal);
        await city.FollowAgainAsync();

        await city.Standby.CrashAsync();
        var away = await DiagnoseAsync(host);
        Assert.StartsWith("MEND ", away, StringComparison.Ordinal);
        Assert.Contains("Database:ReadConnectionString", away, StringComparison.Ordinal);
        await OpenAsync(host.Http, "/health/ready");
        await OpenAsync(host.Http, "/notices");

        await city.StartStandbyAsync();
        await Eventually.UntilAsync(async () => (await DiagnoseAsync(host)).StartsWith("ok ", StringComparison.Ordinal));
    }

    private static Task<SandboxHost> StartAsync(RecentReadTests.Followed city) => SandboxHost.StartAsync(
        "loudi", $"{Day}T19:00:00+08:00", settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:Engine"] = city.Engine.ToString(), ["Database:ConnectionString"] = city.ConnectionString, ["Database:ReadConnectionString"] = city.ReadConnectionString,
        });

    private static async Task OpenAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
    }

    private static async Task<string> DiagnoseAsync(SandboxHost host)
    {
        await using var output = new StringWriter();
        await new DatabaseDiagnosis(host.App.Services, new DoctorReport(output), first: false).RunAsync(default);
        return Assert.Single(output.ToString().Split('\n'), l => l.Contains(" standby: ", StringComparison.Ordinal));
    }
}
