using System.Data.Common;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>A database server that is frozen: nothing is refused, nothing is answered.</summary>
public sealed class SilentServerTests : IDisposable
{
    // Far more than the limits below, far less than a test run would stand still for a wait without any.
    private static readonly TimeSpan Ever = Eventually.GiveUp;

    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-silent-").FullName;

    [EngineTheory(ServersOnly = true)]
    public async Task Whoever_asks_a_silent_server_hears_of_an_outage_and_is_served_when_it_speaks_again(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, folder);
        await using var line = new CutLine(CutLine.PortOf(home.ConnectionString));
        using var database = Through(line, home);
        await ServedAsync(database);

        line.Silence();
        await AssertOutageAsync(database, () => WriteAsync(database));
        await AssertOutageAsync(database, () => database.ScalarAsync<long>("SELECT 1"));

        line.Speak();
        await ServedAsync(database);
    }

    [EngineTheory(ServersOnly = true)]
    public async Task A_server_that_falls_silent_in_the_middle_of_a_transaction_ends_it_as_an_outage(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, folder);
        await using var line = new CutLine(CutLine.PortOf(home.ConnectionString));
        using var database = Through(line, home);
        await ServedAsync(database);

        await AssertOutageAsync(database, () => database.WriteAsync(
            transaction =>
            {
                line.Silence();
                return transaction.ScalarAsync<long>("SELECT 1");
            },
            CancellationToken.None));
        line.Speak();

        await AssertOutageAsync(database, () => database.WriteAsync(
            transaction =>
            {
                line.Silence();
                // No row has this name; what counts is that many statements in one trip have a limit too.
                return transaction.ExecuteManyAsync("DELETE FROM thing WHERE name = @Name", [new { Name = "a" }, new { Name = "b" }]);
            },
            CancellationToken.None));
        line.Speak();

        await ServedAsync(database);
    }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Task<long> WriteAsync(Database database) =>
        database.WriteAsync(transaction => transaction.ScalarAsync<long>("SELECT 1"), CancellationToken.None);

    // A second is too short for a busy machine now and then; a server that speaks is reached all the same.
    private static Task ServedAsync(Database database) => Eventually.UntilAsync(async () =>
    {
        try
        {
            return (await database.ScalarAsync<long>("SELECT 1"), await WriteAsync(database)) == (1, 1);
        }
        catch (DbException problem) when (database.Engine.IsOutage(problem))
        {
            return false;
        }
    });

    private static async Task AssertOutageAsync<T>(Database database, Func<Task<T>> ask)
    {
        var problem = await Assert.ThrowsAnyAsync<DbException>(() => ask().WaitAsync(Ever));
        Assert.True(database.Engine.IsOutage(problem), problem.ToString());
    }

    // One second for everything. Without its reset a connection from the pool is silent at the transaction's begin, not before.
    private static Database Through(CutLine line, TestDatabase home) => new(Options.Create(new DatabaseSettings
    {
        Engine = home.Engine,
        ConnectionString = $"{line.Through(home.ConnectionString)};" + (home.Engine == DatabaseKind.PostgreSql
            ? "Command Timeout=1;Timeout=1;Cancellation Timeout=1000"
            : "Default Command Timeout=1;Connection Timeout=1;Cancellation Timeout=1;Connection Reset=False"),
    }));
}
