using System.Data.Common;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Stock;
using WeChatMask.Tests.Support;
using Xunit.Sdk;

namespace WeChatMask.Tests.PublicLog;

/// <summary>
/// Two writers who come to the log's end together. Who does not hold it first leaves a double line, which the schema would refuse; the
/// product holds it, and leaves none where the schema refuses nothing.
/// </summary>
public sealed class LogRaceTests
{
    [EngineTheory]
    public async Task Two_writers_who_look_before_they_hold_the_end_leave_a_double_line(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        await ForgetKeysAsync(city.Database);
        var before = await CityLog.ReadAsync(city.Database);

        await HurryAsync(city.Database, "first", before.Head);
        await HurryAsync(city.Database, "second", before.Head);

        // Two lines with one number, of which the log's end knows one.
        var rows = await city.Database.QueryAsync<(long First, string Body)>(
            "SELECT first_index, body FROM log_batch WHERE first_index >= @Size ORDER BY body", new { before.Head.Size });
        Assert.Equal([(before.Head.Size, Line("first").Text), (before.Head.Size, Line("second").Text)], rows);
        Assert.Equal(before.Head.Size + 1, await city.Database.ScalarAsync<long>("SELECT log_size FROM board_version"));
        await Assert.ThrowsAsync<EqualException>(() => CityLog.ReadAsync(city.Database));
    }

    [EngineTheory]
    public async Task The_schema_refuses_the_second_of_them(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var before = await CityLog.ReadAsync(city.Database);
        await HurryAsync(city.Database, "first", before.Head);

        var clash = await Assert.ThrowsAnyAsync<DbException>(() => HurryAsync(city.Database, "second", before.Head));

        Assert.True(city.Database.Engine.IsUniqueClash(clash), clash.Message);
        Assert.Equal([.. before.Entries, Line("first").Text], (await CityLog.ReadAsync(city.Database)).Entries);
    }

    [EngineTheory]
    public async Task Whoever_comes_while_another_holds_the_end_stands_behind_it(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        // The lock alone, without the schema's help.
        await ForgetKeysAsync(city.Database);
        var before = await CityLog.ReadAsync(city.Database);
        var (hasAdded, mayCommit) = (NewEvent(), NewEvent());
        city.Database.Engine.PublicLog = new WaitingLog(hasAdded, mayCommit.Task);
        var first = AddAsync(city.Database, "first");
        await hasAdded.Task;

        city.Database.Engine.PublicLog = TestLog.Store;
        var second = AddAsync(city.Database, "second");
        // Where one writes at a time, it stands in line by now.
        if (city.Database.Engine is SqliteEngine line) Assert.Equal(1, line.WritersInLine);
        else await Eventually.UntilAsync(async () => second.IsCompleted || await LockOrderTests.SomebodyWaitsAsync(city.Database));
        Assert.False(second.IsCompleted);
        mayCommit.SetResult();
        await Task.WhenAll(first, second).WaitAsync(Eventually.GiveUp);

        var log = await CityLog.ReadAsync(city.Database);
        Assert.Equal([.. before.Entries, Line("first").Text, Line("second").Text], log.Entries);
        Assert.Empty(log.Faults());
    }

    private static LogEntry Line(string office) => LogEntry.Audit(office, 1, MerkleTree.EmptyRoot);

    private static TaskCompletionSource NewEvent() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Leaves the rows of the log, and nothing that refuses any.</summary>
    private static async Task ForgetKeysAsync(Database database)
    {
        foreach (var statement in (string[])["CREATE TABLE keyless AS SELECT * FROM log_batch", "DROP TABLE log_batch", "ALTER TABLE keyless RENAME TO log_batch"])
            await database.WriteAsync(t => t.ExecuteAsync(statement), default);
    }

    private static Task AddAsync(Database database, string office) => database.WriteAsync(
        t =>
        {
            t.Log(Line(office));
            return Task.CompletedTask;
        },
        default);

    /// <summary>Adds a line as one who has seen the end before, and not since.</summary>
    private static Task HurryAsync(Database database, string office, LogHead seen)
    {
        database.Engine.PublicLog = new HastyLog(seen);
        return AddAsync(database, office);
    }

    /// <summary>What the product is not: it has looked at the log's end, and adds to it without looking again under the lock.</summary>
    private sealed class HastyLog(LogHead seen) : IPublicLog
    {
        public async Task AppendAsync(WriteTransaction transaction, IReadOnlyList<LogEntry> entries)
        {
            var frontier = seen.Frontier;
            var added = frontier.Add([.. entries.Select(e => e.Leaf)]);
            await transaction.ExecuteAsync(
                "INSERT INTO log_batch (id, first_index, entries, body, note) VALUES (@LogBatch, @First, @Count, @body, @note)",
                new
                {
                    transaction.LogBatch, added.First, entries.Count, body = string.Join('\n', entries),
                    note = TestLog.Keys.Sign(new Checkpoint(seen.LogOrigin!, frontier.Size, frontier.Root())),
                });
            await transaction.ExecuteAsync("UPDATE board_version SET log_size = @Size, log_frontier = @text WHERE id = 1", new { frontier.Size, text = frontier.ToString() });
        }
    }

    /// <summary>The product's, which holds the end until it is told to go on.</summary>
    private sealed class WaitingLog(TaskCompletionSource hasAdded, Task mayCommit) : IPublicLog
    {
        public async Task AppendAsync(WriteTransaction transaction, IReadOnlyList<LogEntry> entries)
        {
            await TestLog.Store.AppendAsync(transaction, entries);
            hasAdded.SetResult();
            await mayCommit;
        }
    }
}
