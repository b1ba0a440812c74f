using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>The public log's end: whoever adds to it holds its row until their commit, so that lines are dense, final and in one order on every node.</summary>
/// <remarks>Nothing is signed outside a transaction that also stores the size: a signature over what never happened stays in this process.</remarks>
public sealed class LogStore(LogKeys keys) : IPublicLog
{
    // So many lines that wait are added at once.
    private const int MostPending = 2000;

    private const string SelectHead = "SELECT log_size, log_frontier, log_origin, log_from FROM board_version WHERE id = 1";

    /// <summary>The log's end as it is committed.</summary>
    public static Task<LogHead> HeadAsync(DbConnection connection, DbTransaction? transaction) => connection.QuerySingleAsync<LogHead>(SelectHead, transaction: transaction);

    /// <summary>The same, held until the transaction ends. Nobody locks anything after it.</summary>
    public static Task<LogHead> LockAsync(WriteTransaction transaction) =>
        transaction.Connection.QuerySingleAsync<LogHead>($"{SelectHead}{transaction.Engine.ForUpdate}", transaction: transaction.Transaction);

    /// <summary>Begins the log: line 0, and from which day on its rounds are told. Under <see cref="LockAsync"/>, once.</summary>
    public Task BeginAsync(WriteTransaction transaction, DateOnly from) => BeginAsync(transaction, from, keys.Origin, []);

    /// <summary>Begins a log under a name, with lines that stand before all others but the first.</summary>
    internal async Task BeginAsync(WriteTransaction transaction, DateOnly from, string origin, IReadOnlyCollection<LogEntry> first)
    {
        await transaction.ExecuteAsync("UPDATE board_version SET log_origin = @origin, log_from = @from WHERE id = 1", new { origin, from });
        transaction.Log([LogEntry.Log(origin, transaction.Engine.Now.ToUnixTimeSeconds(), keys.Key.Id), .. first]);
        await LogKeyStore.TellAsync(transaction, keys, isFirst: true);
    }

    /// <inheritdoc />
    /// <remarks>What the desk books does not wait for what other rooms have left to be added; everything else comes after that.</remarks>
    public async Task AppendAsync(WriteTransaction transaction, IReadOnlyList<LogEntry> entries)
    {
        var head = await LockAsync(transaction);
        List<LogEntry> lines = [];
        if (head.LogFrom is { } from)
        {
            if (!entries.All(e => e.Kind == EntryKind.Book))
            {
                var publishing = entries.Where(e => e.Kind == EntryKind.Publish).Select(e => e.RoundDay);
                lines.AddRange((await TakePendingAsync(transaction, [.. publishing])).Where(e => IsTold(e, from)));
            }

            lines.AddRange(entries.Where(e => IsTold(e, from)));
        }

        if (lines.Count == 0) await SaveAsync(transaction, "", null);
        else await AppendAsync(transaction, head, lines);
    }

    /// <summary>Adds what waits to be added. Gives whether there may be more.</summary>
    internal async Task<bool> AppendPendingAsync(WriteTransaction transaction)
    {
        var head = await LockAsync(transaction);
        var pending = await TakePendingAsync(transaction, []);
        var lines = head.LogFrom is { } from ? pending.FindAll(e => IsTold(e, from)) : [];
        if (lines.Count > 0) await AppendAsync(transaction, head, lines);
        return pending.Count == MostPending;
    }

    /// <summary>Names the present size of the log for a round, for good, where it has not been named. Under <see cref="LockAsync"/>.</summary>
    internal Task MarkAsync(WriteTransaction transaction, LogHead head, DateOnly round, LogMarkKind kind) =>
        MarkAsync(transaction, round, kind, head.Size, keys.Sign(new Checkpoint(head.LogOrigin!, head.Size, head.Frontier.Root())));

    // A round that had begun before the log did stays outside.
    internal static bool IsTold(LogEntry entry, DateOnly from) => entry.RoundDay is not { } day || day >= from;

    /// <summary>
    /// Takes the oldest of what waits. What is handed over before the lists are out, by a counter that opens while a node that was down
    /// catches up, waits for them, and what is no line for <c>verify</c>, which names it: neither keeps the city from going on.
    /// </summary>
    /// <param name="transaction">The one that adds them.</param>
    /// <param name="publishing">Rounds whose lists come out with it, behind what is taken.</param>
    private static async Task<List<LogEntry>> TakePendingAsync(WriteTransaction transaction, IReadOnlyCollection<DateOnly?> publishing)
    {
        var pending = (await transaction.QueryAsync<(long Id, string Entry)>("SELECT id, entry FROM log_pending ORDER BY id LIMIT @MostPending", new { MostPending }))
            .ConvertAll(p => (p.Id, Entry: LogEntry.TryParse(p.Entry)));
        HashSet<DateOnly?> unpublished = [.. publishing];
        if (pending.Exists(p => IsOfCounter(p.Entry)))
            unpublished.UnionWith((await transaction.QueryAsync<DateOnly>("SELECT date FROM round WHERE published_at IS NULL")).Select(d => (DateOnly?)d));
        pending.RemoveAll(p => p.Entry is null || (IsOfCounter(p.Entry) && unpublished.Contains(p.Entry.RoundDay)));
        if (pending.Count == 0) return [];
        await transaction.ExecuteAsync(
            $"DELETE FROM log_pending WHERE id {transaction.Engine.AnyOf("ids")}", new { ids = pending.Select(p => p.Id).ToArray() });
        return pending.ConvertAll(p => p.Entry!);
    }

    private static bool IsOfCounter(LogEntry? entry) => entry is { Kind: EntryKind.Give or EntryKind.Void };

    private async Task AppendAsync(WriteTransaction transaction, LogHead head, List<LogEntry> lines)
    {
        var frontier = head.Frontier;
        var added = frontier.Add([.. lines.Select(l => l.Leaf)]);
        var note = keys.Sign(new Checkpoint(head.LogOrigin!, frontier.Size, frontier.Root()));
        await SaveAsync(
            transaction,
            "log_size = @Size, log_frontier = @Frontier",
            new LogBatch(transaction.LogBatch, added.First, lines.Count, string.Join('\n', lines), note, frontier.Size, frontier.ToString(), transaction.Engine.Now));
        foreach (var (round, kind) in lines.Select(l => (Round: l.RoundDay, Kind: MarkOf(l.Kind))).Where(m => m.Kind is not null))
            await MarkAsync(transaction, round!.Value, kind!.Value, frontier.Size, note);
        transaction.Logged = new LoggedLines(lines, added, note);
    }

    /// <summary>One trip.</summary>
    private static async Task SaveAsync(WriteTransaction transaction, string head, LogBatch? batch)
    {
        List<string> statements = [];
        var sets = transaction.TouchesBoard ? "version = version + 1, changed_at = @Now" : "";
        if (head.Length > 0) sets = sets.Length > 0 ? $"{sets}, {head}" : head;
        if (sets.Length > 0) statements.Add($"UPDATE board_version SET {sets} WHERE id = 1");
        if (batch is not null) statements.Add("INSERT INTO log_batch (id, first_index, entries, body, note) VALUES (@Id, @First, @Entries, @Body, @Note)");
        if (transaction is { TouchesBoard: true, Engine.WakeOthers: { } wake }) statements.Add(wake);
        if (statements.Count == 0) return;
        await transaction.ExecuteAsync(string.Join("; ", statements), batch ?? (object)new { transaction.Engine.Now });
    }

    private static Task MarkAsync(WriteTransaction transaction, DateOnly round, LogMarkKind kind, long size, string note) => transaction.ExecuteAsync(
        """
        INSERT INTO log_mark (round_date, kind, size, note, marked_at)
        SELECT @round, @kind, @size, @note, @now FROM board_version WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM log_mark WHERE round_date = @round AND kind = @kind)
        """,
        new { round, kind, size, note, now = transaction.Engine.Now });

    private static LogMarkKind? MarkOf(EntryKind kind) => kind switch
    {
        EntryKind.Close or EntryKind.Seal => LogMarkKind.Closed,
        EntryKind.Publish => LogMarkKind.Published,
        EntryKind.End => LogMarkKind.Ended,
        _ => null,
    };

    private sealed record LogBatch(long Id, long First, int Entries, string Body, string Note, long Size, string Frontier, DateTimeOffset Now);
}

/// <summary>The four sizes of the log that have a name in a round, by which people compare what they were shown; stored by number.</summary>
public enum LogMarkKind
{
    /// <summary>Ten minutes before the opening.</summary>
    Ready,
    Closed,

    /// <summary>Right after the line that says that the lists are out.</summary>
    Published,
    Ended,
}

/// <summary>The log's end.</summary>
public sealed class LogHead
{
    public long LogSize { get; init; }
    public string? LogFrontier { get; init; }

    /// <summary>Null where the log has not begun.</summary>
    public string? LogOrigin { get; init; }

    /// <summary>The day from which on rounds are told; null where the log has not begun.</summary>
    public DateOnly? LogFrom { get; init; }

    public long Size => LogSize;

    /// <summary>One of its own for each who asks.</summary>
    public Frontier Frontier => Frontier.TryParse(LogSize, LogFrontier) ?? throw new InvalidOperationException("The public log's frontier in board_version is not of its size.");
}
