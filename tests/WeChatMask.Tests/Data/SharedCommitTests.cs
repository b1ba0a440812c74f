using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using SQLitePCL;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Tests.Data;

/// <summary>On SQLite those who wait to write share one commit, and none of them feels the others.</summary>
public sealed class SharedCommitTests : IAsyncLifetime, IDisposable
{
    private const int Writers = 40;

    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-shared-").FullName;
    private Database database = null!;

    private string File => Path.Combine(folder, "wechatmask.db");

    public async Task InitializeAsync()
    {
        database = new Database(Options.Create(new DatabaseSettings { ConnectionString = $"Data Source={File}" }));
        await database.WriteAsync(t => t.ExecuteAsync("CREATE TABLE line (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL)"), default);
    }

    public Task DisposeAsync()
    {
        Dispose();
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task Who_waits_together_is_answered_after_one_commit()
    {
        var before = Commits();
        var writes = await TogetherAsync(i => WriteAsync(i));

        await Task.WhenAll(writes);
        Assert.Equal(Writers, await CountAsync());
        Assert.InRange(Commits() - before, 1, Writers - 1);
    }

    [Fact]
    public async Task Writers_who_come_one_after_the_other_have_a_commit_each()
    {
        var before = Commits();
        for (var i = 0; i < 5; i++) await WriteAsync(i);

        Assert.Equal(5, Commits() - before);
    }

    [Fact]
    public async Task One_that_fails_takes_back_its_own_rows_and_nobody_elses()
    {
        var writes = await TogetherAsync(i => database.WriteAsync(
            async t =>
            {
                await InsertAsync(t, i);
                await InsertAsync(t, 1000 + i);
                if (i % 3 == 1) throw new InvalidDataException($"{i}");
                // A statement that fails does not fail the transaction where the writer goes on.
                if (i % 3 == 2) await Assert.ThrowsAsync<SqliteException>(() => InsertAsync(t, i));
            },
            default));

        for (var i = 0; i < Writers; i++)
        {
            if (i % 3 == 1) Assert.Equal($"{i}", (await Assert.ThrowsAsync<InvalidDataException>(() => writes[i])).Message);
            else await writes[i];
        }

        var kept = (await database.QueryAsync<int>("SELECT id FROM line WHERE id < 1000 ORDER BY id")).ToArray();
        Assert.Equal(Enumerable.Range(0, Writers).Where(i => i % 3 != 1), kept);
        Assert.Equal(kept.Select(i => i + 1000), await database.QueryAsync<int>("SELECT id FROM line WHERE id >= 1000 ORDER BY id"));
    }

    [Fact]
    public async Task A_later_one_sees_what_an_earlier_one_wrote_and_nobody_outside_does_before_the_commit()
    {
        await WriteAsync(0);
        var seenOutside = new List<long>();
        var writes = await TogetherAsync(i => database.WriteAsync(
            async t =>
            {
                seenOutside.Add(await database.ScalarAsync<long>("SELECT n FROM line WHERE id = 0"));
                await t.ExecuteAsync("UPDATE line SET n = n + 1 WHERE id = 0");
            },
            default));
        await Task.WhenAll(writes);

        Assert.Equal(Writers, await database.ScalarAsync<long>("SELECT n FROM line WHERE id = 0"));
        Assert.Contains(0, seenOutside);
    }

    [Fact]
    public async Task A_commit_that_fails_is_told_to_everybody_in_it_and_the_next_are_served()
    {
        var first = true;
        var writes = await TogetherAsync(i => database.WriteAsync(
            async t =>
            {
                await InsertAsync(t, i);
                if (!first) return;
                first = false;
                // A commit that the hook refuses is one that the disk refuses: the whole transaction goes back.
                raw.sqlite3_commit_hook(((SqliteConnection)t.Connection).Handle, static _ => 1, null);
            },
            default));

        var failed = 0;
        foreach (var write in writes)
        {
            if (await Record.ExceptionAsync(() => write) is SqliteException) failed++;
        }

        Assert.InRange(failed, 1, Writers);
        Assert.Equal(Writers - failed, await CountAsync());
        await WriteAsync(5000);
        Assert.Equal(Writers - failed + 1, await CountAsync());
    }

    [Fact]
    public async Task A_transaction_that_the_database_ends_by_itself_fails_everybody_in_it_and_writes_nothing_more()
    {
        var writes = await TogetherAsync(i => database.WriteAsync(
            async t =>
            {
                await InsertAsync(t, i);
                // As a full disk does, in the middle of a statement.
                if (i == 3) await t.ExecuteAsync("ROLLBACK");
            },
            default));

        var failed = 0;
        foreach (var write in writes)
        {
            if (await Record.ExceptionAsync(() => write) is { } failure)
            {
                Assert.True(failure is SqliteException e && database.Engine.IsOutage(e), failure.ToString());
                failed++;
            }
        }

        Assert.InRange(failed, 1, Writers);
        Assert.Equal(Writers - failed, await CountAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_cannot_leave_the_shared_transaction_takes_it_along_and_keeps_nobody_from_writing(bool commits)
    {
        var turn = 0;
        var writes = await TogetherAsync(i => database.WriteAsync(
            async t =>
            {
                await InsertAsync(t, i);
                if (Interlocked.Increment(ref turn) != 2) return;
                // Its own savepoint is gone, and so the way back from what it wrote.
                await t.ExecuteAsync("RELEASE member");
                if (!commits) throw new InvalidDataException();
            },
            default));

        var failed = 0;
        foreach (var write in writes)
        {
            if (await Record.ExceptionAsync(() => write) is not null) failed++;
        }

        Assert.InRange(failed, 1, Writers - 1);
        Assert.Equal(Writers - failed, await CountAsync());
    }

    [Fact]
    public async Task A_large_one_comes_first_in_its_commit_and_in_its_turn()
    {
        var order = new List<int>();
        var committed = -1L;
        var (holder, writes) = (await database.Engine.BeginWriteAsync(default), new List<Task>());
        for (var i = 0; i < 6; i++)
        {
            var n = i;
            writes.Add(Task.Run(async () =>
            {
                await using var t = await database.Engine.BeginWriteAsync(isLarge: n == 3, default);
                order.Add(n);
                // What those before it wrote is committed before it begins.
                if (n == 3) committed = await database.ScalarAsync<long>("SELECT COUNT(*) FROM line");
                await InsertAsync(t, n);
                await t.CommitAsync();
            }));
            await QueuedAsync(i + 1);
        }

        await holder.DisposeAsync();
        await Task.WhenAll(writes);
        Assert.Equal(Enumerable.Range(0, 6), order);
        Assert.Equal(3, committed);
        Assert.Equal(6, await CountAsync());
    }

    [Fact]
    public async Task Who_stops_waiting_writes_nothing_and_keeps_nobody_from_writing()
    {
        var holder = await database.Engine.BeginWriteAsync(default);
        using var gone = new CancellationTokenSource();
        var left = database.WriteAsync(t => InsertAsync(t, 1), gone.Token);
        var stays = WriteAsync(2);
        await QueuedAsync(2);
        await gone.CancelAsync();
        await holder.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await stays;
        Assert.Equal([2], await database.QueryAsync<int>("SELECT id FROM line"));
    }

    private static Task<int> InsertAsync(WriteTransaction transaction, int id) => transaction.ExecuteAsync("INSERT INTO line (id, n) VALUES (@id, 0)", new { id });

    private Task WriteAsync(int id) => database.WriteAsync(t => InsertAsync(t, id), default);

    private Task<long> CountAsync() => database.ScalarAsync<long>("SELECT COUNT(*) FROM line");

    /// <summary>Writers that gather while somebody else has the turn.</summary>
    private async Task<List<Task>> TogetherAsync(Func<int, Task> write)
    {
        await using var holder = await database.Engine.BeginWriteAsync(default);
        var writes = Enumerable.Range(0, Writers).Select(i => Task.Run(() => write(i))).ToList();
        await QueuedAsync(Writers);
        return writes;
    }

    private async Task QueuedAsync(int writers)
    {
        while (((SqliteEngine)database.Engine).WritersInLine < writers) await Task.Yield();
    }

    /// <summary>Commits in the database's log: the frames that say how large the file is after them.</summary>
    private int Commits()
    {
        const int head = 32, frameHead = 24;
        using var log = new FileStream($"{File}-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[log.Length];
        log.ReadExactly(bytes);
        var frame = frameHead + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8));
        return Enumerable.Range(0, (bytes.Length - head) / frame).Count(i => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(head + (i * frame) + 4)) != 0);
    }
}
