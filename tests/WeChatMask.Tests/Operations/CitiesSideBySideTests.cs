using System.Data.Common;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>Cities that share a database server, each with a database of its own, share nothing else.</summary>
public sealed class CitiesSideBySideTests
{
    private const string Evening = "2020-02-10T19:00:00+08:00";

    // What a node writes of itself while nobody does anything.
    private static readonly string[] OwnFigures = ["visit_day", "live_second"];

    [EngineTheory(ServersOnly = true)]
    public async Task What_happens_in_one_city_changes_no_row_of_another(DatabaseKind engine)
    {
        await using var loudi = await SandboxHost.StartAsync("loudi", Evening, engine: engine);
        await using var chuzhou = await SandboxHost.StartAsync("chuzhou", Evening, engine: engine);
        var (one, two) = (Parts(loudi), Parts(chuzhou));
        Assert.Equal(one["Port"], two["Port"]);
        Assert.NotEqual(one["Database"], two["Database"]);
        await using var held = await chuzhou.HoldJobsAsync();
        var (rows, board, log) = (await RowsAsync(chuzhou), await TextAsync(chuzhou, "/api/board"), await TextAsync(chuzhou, "/log/checkpoint"));
        var (ownRows, ownLog) = (await RowsAsync(loudi), await TextAsync(loudi, "/log/checkpoint"));

        using var resident = await loudi.NewResidentAsync(1);
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        using var clerk = await loudi.ClerkAsync("LD01");
        // The lists go out, the day after is handed out, and what is not collected lapses.
        await loudi.SetClockAsync("2020-02-12T08:00:00+08:00");

        Assert.NotEqual(ownRows, await RowsAsync(loudi));
        Assert.NotEqual(ownLog, await TextAsync(loudi, "/log/checkpoint"));
        Assert.Equal(rows, await RowsAsync(chuzhou));
        Assert.Equal(Version(board), Version(await TextAsync(chuzhou, "/api/board")));
        Assert.Equal(log, await TextAsync(chuzhou, "/log/checkpoint"));
    }

    [EngineTheory(ServersOnly = true)]
    public async Task What_one_city_gave_somebody_is_worth_nothing_in_another(DatabaseKind engine)
    {
        // Of the same rules and keys, which true cities have not: it is the database alone that tells them apart.
        await using var one = await SandboxHost.StartAsync("loudi", Evening, engine: engine);
        await using var two = await SandboxHost.StartAsync("loudi", Evening, engine: engine);
        var phone = new Phone("oOne");
        var staff = new Phone("oTwo");
        string number;
        using (var http = Phone.Connect(one.Address))
        {
            await phone.JoinAsync(http, 1);
            number = (await phone.BookAsync(http, "LD01", "a")).Text("number")!;
            await staff.LogInStaffAsync(http, DemoStaffStore.Supervisor, DemoStaffStore.SupervisorPassword);
            Assert.Equal(200, (await phone.SendAsync(http, HttpMethod.Get, "/api/me")).Status);
            Assert.Equal(200, (await staff.SendAsync(http, HttpMethod.Get, "/api/supervisor/today")).Status);
        }

        using (var http = Phone.Connect(two.Address))
        {
            Assert.Equal(401, (await phone.SendAsync(http, HttpMethod.Get, "/api/me")).Status);
            Assert.Equal(401, (await staff.SendAsync(http, HttpMethod.Get, "/api/supervisor/today")).Status);
        }

        // Who has booked in one city has not in the other.
        using var same = await two.NewResidentAsync(1);
        Assert.Equal(201, (await same.BookAsync("LD02", "a")).Status);
        Assert.Equal("unknown", await RedeemAsync(two, number));
        Assert.Equal("redeemed", await RedeemAsync(one, number));
    }

    private static async Task<string?> RedeemAsync(SandboxHost host, string number)
    {
        await host.SetClockAsync("2020-02-11T09:10:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var (_, body) = await clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r" });
        return body.GetProperty(body.TryGetProperty("verdict", out _) ? "verdict" : "code").GetString();
    }

    private static async Task<List<string>> RowsAsync(SandboxHost host) =>
    [
        .. (await AllRows.ReadAsync(host.Get<Database>())).Where(r => !OwnFigures.Contains(r.Table)).Select(r => $"{r.Table}: {string.Join('|', r.Row.Values)}").Order(StringComparer.Ordinal),
    ];

    private static async Task<string> TextAsync(SandboxHost host, string path)
    {
        using var answer = await host.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static long Version(string board) => JsonSerializer.Deserialize<JsonElement>(board).GetProperty("version").GetInt64();

    private static DbConnectionStringBuilder Parts(SandboxHost host) =>
        new() { ConnectionString = host.App.Services.GetRequiredService<IOptions<DatabaseSettings>>().Value.ConnectionString };
}
