using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>
/// A day and an evening of a city in which nearly all happens that the log tells of, kept as a file: each test changes a copy. At LD01
/// serial 1 was taken back and handed over again, 2 got less, 3 lapsed, 4 was moved, 5 was cancelled late and 6 early.
/// </summary>
public sealed class LoggedDay : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-logged-").FullName;
    private SecretSettings secrets = null!;

    /// <summary>Of the city's keys.</summary>
    internal LogKeys Keys { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await using (var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", data: folder))
        {
            secrets = host.Get<IOptions<SecretSettings>>().Value;
            Keys = new LogKeys(Options.Create(secrets), Options.Create(new PublicLogSettings { Origin = "sandbox/log" }), Options.Create(new SiteSettings()));
            await LiveAsync(host);
        }

        SqliteConnection.ClearAllPools();
    }

    public Task DisposeAsync()
    {
        Keys.Dispose();
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>A copy that a test may change.</summary>
    internal CopyOfDay Copy()
    {
        var copy = Directory.CreateTempSubdirectory("wechatmask-copy-").FullName;
        foreach (var file in Directory.EnumerateFiles(folder, "wechatmask.db*")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return new CopyOfDay(copy, secrets);
    }

    /// <summary>Lives it, from a minute before its opening until the lists of its evening are out.</summary>
    internal static async Task LiveAsync(SandboxHost host)
    {
        var people = new List<ResidentPhone>();
        for (var i = 0; i < 10; i++) people.Add(await host.NewResidentAsync(i, openId: $"oLoggedDay{i}"));
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var numbers = new List<string>();
        for (var i = 0; i < 8; i++) numbers.Add((await people[i].BookAsync(i < 6 ? "LD01" : "LD02", "a")).Body.Text("number"));
        Assert.Equal(204, await people[5].CancelAsync(numbers[5]));
        await host.SetClockAsync("2020-02-10T22:01:00+08:00");
        Assert.Equal(204, await people[4].CancelAsync(numbers[4]));

        using var first = await host.ClerkAsync("LD01");
        using var second = await host.ClerkAsync("LD02");
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        // Enough for three of the four.
        Assert.Equal(1, (await first.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 15, requestId = "d", moreComing = false })).Body.Figure("moved"));
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        Assert.Equal("redeemed", await HandOverAsync(first, 0, "h0"));
        Assert.Equal(200, (await first.PostAsync($"/api/pharmacy/redemptions/{numbers[0]}/void", new { reason = "-" })).Status);
        Assert.Equal("redeemed", await HandOverAsync(first, 0, "h0b"));
        Assert.Equal("redeemed", await HandOverAsync(first, 1, "h1", units: 2));
        Assert.Equal("redeemed", await HandOverAsync(second, 6, "h6"));
        // So many lines that some stand in a tile.
        await host.Get<Database>().WriteAsync(
            t => LogPendingStore.AddAsync(t, [.. Enumerable.Range(0, 300).Select(i => LogEntry.Audit("office", i, MerkleTree.EmptyRoot))]), CancellationToken.None);

        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        foreach (var i in (int[])[5, 8, 9]) Assert.Equal(201, (await people[i].BookAsync("LD01", "b")).Status);
        await host.SetClockAsync("2020-02-11T22:01:00+08:00");
        foreach (var person in people) person.Dispose();

        async Task<string> HandOverAsync(HttpClient clerk, int i, string requestId, int? units = null) =>
            (await clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[i], idNumberLast4 = People.IdNumber(i)[^4..], requestId, units })).Body.Text("verdict");
    }
}

/// <summary>A database that a test may change, and what the check says of it.</summary>
internal sealed class CopyOfDay(string folder, SecretSettings secrets) : IAsyncDisposable
{
    private readonly PersonalData personal = new(Options.Create(secrets));

    public Database Database { get; } = new(Options.Create(new DatabaseSettings { Engine = DatabaseKind.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "wechatmask.db")}" }));

    /// <summary>A file in which a node noted how far the log was shown.</summary>
    public string SeenPath => Path.Combine(folder, "seen");

    /// <summary>Changes rows behind the program's back, statement by statement.</summary>
    public Task ChangeAsync(string sql) => Database.WriteAsync(
        async transaction =>
        {
            foreach (var statement in sql.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                Assert.True(await transaction.ExecuteAsync(statement) > 0, $"No row was changed by: {statement}");
        },
        CancellationToken.None);

    public async Task<LogCheckResult> CheckAsync(LogCheckScope? scope = null) =>
        await new LogVerifier(Database, new SeenLog(Options.Create(new PublicLogSettings { SeenPath = SeenPath })), personal).RunAsync(scope ?? new LogCheckScope(), CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        Database.Dispose();
        personal.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
