using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.PublicLog;

/// <summary>Keeps why logs were given up, and takes one out of the database for the one that goes on in its place.</summary>
public sealed class LogForkStore(Database database)
{
    /// <summary>Those that were given up, the latest first.</summary>
    public Task<List<LogFork>> AllAsync(CancellationToken cancellationToken) => database.QueryAsync<LogFork>(
        "SELECT origin, given_up, size, root, shown, lost, reason, forked_at FROM log_fork ORDER BY forked_at DESC, origin DESC", cancellationToken: cancellationToken);

    /// <summary>Takes the log out, which is kept elsewhere by then, and writes down why. Under <see cref="LogStore.LockAsync"/>.</summary>
    /// <exception cref="StartFaultException">It is not the one that was kept.</exception>
    internal static async Task GiveUpAsync(WriteTransaction transaction, LogHead head, LogFork fork)
    {
        if (head.LogOrigin != fork.GivenUp || head.Size != fork.Size || head.Frontier.Root().ToString() != fork.Root)
            throw new StartFaultException("The record has grown since it was copied; stop the nodes, and run the command again.");
        foreach (var table in (string[])["log_tile", "log_span", "log_batch", "log_mark", "log_cosignature", "log_check"])
            await transaction.ExecuteAsync($"DELETE FROM {table}");
        await transaction.ExecuteAsync("UPDATE board_version SET log_size = 0, log_frontier = NULL WHERE id = 1");
        await transaction.ExecuteAsync(
            """
            INSERT INTO log_fork (origin, given_up, size, root, shown, lost, reason, forked_at)
            VALUES (@Origin, @GivenUp, @Size, @Root, @Shown, @Lost, @Reason, @ForkedAt)
            """,
            fork);
    }
}

/// <summary>A log that was given up.</summary>
public sealed class LogFork
{
    /// <summary>The one that goes on in its place.</summary>
    public string Origin { get; init; } = "";

    public string GivenUp { get; init; } = "";

    /// <summary>How many lines the database had of it.</summary>
    public long Size { get; init; }

    public string Root { get; init; } = "";

    /// <summary>How many lines were shown of it, as far as is known.</summary>
    public long Shown { get; init; }

    /// <summary>Bookings whose lines were shown and are in no database: day, pharmacy and serial, one a line.</summary>
    public string Lost { get; init; } = "";

    public string Reason { get; init; } = "";

    public DateTimeOffset ForkedAt { get; init; }

    internal LogEntry Entry => LogEntry.Fork(GivenUp, Size, Hash.TryParse(Root, out var root) ? root : throw new InvalidDataException("A log's root is none."), ForkedAt.ToUnixTimeSeconds());
}
