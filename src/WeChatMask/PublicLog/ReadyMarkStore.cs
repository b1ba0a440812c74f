using WeChatMask.Data;

namespace WeChatMask.PublicLog;

/// <summary>Names the log's size shortly before a round opens, so that everybody can hold what came later against it.</summary>
public sealed class ReadyMarkStore(Database database, LogStore log)
{
    /// <summary>How long before the opening.</summary>
    public static readonly TimeSpan Before = TimeSpan.FromMinutes(10);

    /// <summary>Marks the rounds that will open by then and have no such mark. Gives how many.</summary>
    public async Task<int> MarkAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A look without a lock: nearly always there is nothing to do.
        var due = await database.QueryAsync<DateOnly>(
            """
            SELECT r.date FROM round r
              JOIN board_version v ON v.id = 1
             WHERE r.opens_at <= @until AND r.closed_at IS NULL AND r.date >= v.log_from
               AND NOT EXISTS (SELECT 1 FROM log_mark m WHERE m.round_date = r.date AND m.kind = @ready)
             ORDER BY r.date
            """,
            new { until = now + Before, ready = LogMarkKind.Ready },
            cancellationToken);
        if (due.Count == 0) return 0;
        await database.WriteAsync(
            async transaction =>
            {
                var head = await LogStore.LockAsync(transaction);
                foreach (var round in due) await log.MarkAsync(transaction, head, round, LogMarkKind.Ready);
            },
            cancellationToken);
        return due.Count;
    }
}
