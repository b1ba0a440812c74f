using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Lines that are added to the log within a second of their commit: whoever writes them does not wait for its end.</summary>
public static class LogPendingStore
{
    /// <summary>
    /// Puts <c>@line</c> behind all that is to be seen, for one who writes it in a trip with other rows; <c>@lineId</c> is a new id. What
    /// this transaction waited for at a lock has a smaller id then, whatever its node's clock shows.
    /// </summary>
    public const string Insert =
        "INSERT INTO log_pending (id, entry) SELECT CASE WHEN COALESCE(MAX(id), 0) < @lineId THEN @lineId ELSE MAX(id) + 1 END, @line FROM log_pending";

    /// <summary>Whether any wait to be added.</summary>
    internal static async Task<bool> IsWaitingAsync(Database database, CancellationToken cancellationToken) =>
        await database.ScalarAsync<long>("SELECT COUNT(*) FROM log_pending", cancellationToken: cancellationToken) > 0;

    /// <summary>Adds lines in this order.</summary>
    public static async Task AddAsync(WriteTransaction transaction, IReadOnlyCollection<LogEntry> entries)
    {
        if (entries.Count == 0) return;
        var last = await transaction.ScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM log_pending");
        await transaction.InsertManyAsync("log_pending", ["id", "entry"], [.. entries.Select(e => new object?[] { last = Math.Max(last + 1, Ids.Next()), e.Text })]);
    }
}
