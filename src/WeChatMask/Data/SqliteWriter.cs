using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace WeChatMask.Data;

/// <summary>
/// The one connection that writes. SQLite lets one transaction write, and a commit waits for the disk: so those who wait take
/// turns in one transaction, each behind a savepoint, and all are answered after its one commit.
/// </summary>
/// <remarks>
/// First come, first served; waiting in SQLite's own busy handler would be sleeping and polling, and could starve a writer
/// during a rush. Who fails goes back to their savepoint and hurts nobody else. What fails at the commit, fails for all whose
/// turn was in it: nobody has been told anything yet.
/// </remarks>
internal sealed class SqliteWriter(Func<KeptConnection> open) : IDisposable
{
    // A commit costs about a millisecond. The first of a group should not wait for the others much longer than for that.
    private static readonly TimeSpan LongestGroup = TimeSpan.FromMilliseconds(5);

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();
    private bool isTaken;

    // Belong to whoever has the turn.
    private KeptConnection? connection;
    private Group? group;

    /// <summary>How many wait for their turn, those who have gone away with them.</summary>
    public int InLine
    {
        get
        {
            lock (gate) return queue.Count;
        }
    }

    /// <summary>Waits for the turn and begins.</summary>
    /// <param name="engine">Whose transaction it becomes.</param>
    /// <param name="isLarge">Whether it writes so much that a savepoint, which copies each page first, would cost more than a commit: it is then the first of a group.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<WriteTransaction> BeginAsync(DatabaseEngine engine, bool isLarge, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(isLarge, cancellationToken);
        try
        {
            connection ??= open();
            var isFirst = group is null;
            if (isFirst) group = Begin(connection);
            else Run("SAVEPOINT member");
            return new Member(this, group!, isFirst).Begin(engine, connection, cancellationToken);
        }
        catch
        {
            PassOn();
            throw;
        }
    }

    public void Dispose() => connection?.Dispose();

    // Not deferred: a transaction that reads first and writes later could never write after another's commit.
    private Group Begin(KeptConnection kept)
    {
        try
        {
            return new Group(kept.BeginTransaction(deferred: false));
        }
        catch (SqliteException)
        {
            // The next tries with another one: this one may be of a file that is not there any more.
            connection = null;
            kept.Dispose();
            throw;
        }
    }

    private async ValueTask TakeTurnAsync(bool isLarge, CancellationToken cancellationToken)
    {
        Waiting waiting;
        lock (gate)
        {
            if (!isTaken)
            {
                isTaken = true;
                return;
            }

            waiting = new Waiting(isLarge);
            queue.Enqueue(waiting);
        }

        await using var called = cancellationToken.Register(() => waiting.Turn.TrySetCanceled(cancellationToken));
        await waiting.Turn.Task;
    }

    /// <summary>Gives the turn to the next, in the same transaction or, where nobody waits who may share it, after its commit.</summary>
    private void PassOn()
    {
        if (group is { } open && open.Age < LongestGroup && Hand(shared: true)) return;
        if (group is { HasMembers: true } whole) End(whole);
        else if (group is { } empty) GiveUp(empty);
        Hand(shared: false);
    }

    private bool Hand(bool shared)
    {
        lock (gate)
        {
            while (queue.TryPeek(out var next))
            {
                if (shared && next.IsLarge) return false;
                queue.Dequeue();
                if (next.Turn.TrySetResult()) return true;
            }

            if (!shared) isTaken = false;
            return false;
        }
    }

    private void End(Group whole)
    {
        group = null;
        try
        {
            whole.Transaction.Commit();
            whole.Done.SetResult();
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
            Reopen(whole);
            whole.Done.SetException(e);
        }
    }

    private void GiveUp(Group none)
    {
        group = null;
        try
        {
            none.Transaction.Rollback();
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
            Reopen(none);
        }
    }

    // Whatever state it is in, the next begins with a connection that is in none.
    private void Reopen(Group failed)
    {
        try
        {
            failed.Transaction.Dispose();
        }
        catch (SqliteException)
        {
            // It is closed all the same.
        }

        connection?.Dispose();
        connection = null;
    }

    private void Run(string sql)
    {
        var statement = connection!.Statement(sql);
        connection.Step(statement);
        SQLitePCL.raw.sqlite3_reset(statement);
    }

    private sealed class Waiting(bool isLarge)
    {
        public bool IsLarge { get; } = isLarge;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>An open transaction and those whose turn in it has ended well.</summary>
    private sealed class Group(SqliteTransaction transaction)
    {
        private readonly long began = Stopwatch.GetTimestamp();

        public SqliteTransaction Transaction { get; } = transaction;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasMembers { get; set; }

        public TimeSpan Age => Stopwatch.GetElapsedTime(began);
    }

    private sealed class Member(SqliteWriter writer, Group group, bool isFirst)
    {
        private bool hasPassedOn;

        public WriteTransaction Begin(DatabaseEngine engine, KeptConnection connection, CancellationToken cancellationToken) =>
            new(engine, connection, group.Transaction, CommitAsync, EndAsync, cancellationToken);

        private Task CommitAsync()
        {
            ObjectDisposedException.ThrowIf(hasPassedOn, this);
            try
            {
                Leave(isFirst ? [] : ["RELEASE member"]);
                group.HasMembers = true;
                return group.Done.Task;
            }
            finally
            {
                writer.PassOn();
            }
        }

        private ValueTask EndAsync()
        {
            if (hasPassedOn) return ValueTask.CompletedTask;
            try
            {
                Leave(isFirst ? [] : ["ROLLBACK TO member", "RELEASE member"]);
                if (isFirst) writer.GiveUp(group);
            }
            catch (SqliteException)
            {
                // Whoever shared the transaction has been told; its own outcome is known.
            }
            finally
            {
                writer.PassOn();
            }

            return ValueTask.CompletedTask;
        }

        /// <summary>Ends the turn; where that fails, everybody of the group is told that what they wrote is gone.</summary>
        private void Leave(string[] statements)
        {
            hasPassedOn = true;
            try
            {
                // Some failures, such as a full disk, end the whole transaction: a statement after them stood alone.
                if (writer.connection!.HasLostTransaction) throw new SqliteException("The transaction was rolled back by the database.", SQLitePCL.raw.SQLITE_IOERR);
                foreach (var sql in statements) writer.Run(sql);
            }
            catch (SqliteException e)
            {
                writer.group = null;
                writer.Reopen(group);
                if (group.HasMembers) group.Done.TrySetException(e);
                throw;
            }
        }
    }
}
