using WeChatMask.Data;

namespace WeChatMask.Notices;

/// <summary>How a sender takes rows of the outbox, whichever channel they leave by.</summary>
/// <remarks>
/// A lease that ran out without a result means that a sender died in between: the message may be out or not. It is sent
/// again and marked, because a message twice is better than none.
/// </remarks>
internal static class OutboxLeaseStore
{
    /// <summary>The channel of short messages.</summary>
    public const int SmsChannel = 0;

    /// <summary>Takes up to <paramref name="count"/> rows that are due, for this sender alone.</summary>
    /// <param name="database">Where the outbox is.</param>
    /// <param name="channel">The way they leave.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="time">How long no other sender touches them.</param>
    /// <param name="count">The most to take.</param>
    /// <param name="select">SELECT of what the sender needs, from <c>outbox o</c> and what it joins.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <typeparam name="T">The row.</typeparam>
    public static async Task<List<T>> TakeAsync<T>(
        Database database, int channel, DateTimeOffset now, TimeSpan time, int count, string select, CancellationToken cancellationToken)
    {
        // Looked at first: mostly nothing is due, and reading keeps no writer waiting.
        var due = await database.QueryAsync<long>(
            """
            SELECT id FROM outbox
             WHERE channel = @channel AND status = @waiting AND due_at <= @now AND leased_until <= @now
             ORDER BY due_at, id LIMIT @count
            """,
            new { channel, waiting = NoticeStatus.Waiting, now, count },
            cancellationToken);
        if (due.Count == 0) return [];
        return await database.WriteAsync(
            async transaction =>
            {
                var lease = Guid.NewGuid().ToString("N");
                // Only an SMS vendor can be asked what became of a doubtful message.
                await transaction.ExecuteAsync(
                    $"""
                    UPDATE outbox
                       SET maybe_repeated = CASE WHEN leased_by IS NULL THEN maybe_repeated ELSE 1 END,
                           doubtful_since = CASE WHEN leased_by IS NULL OR channel <> @sms THEN doubtful_since ELSE COALESCE(doubtful_since, @now) END,
                           leased_by = @lease, leased_until = @until, attempts = attempts + 1
                     WHERE id {transaction.Engine.AnyOf("due")} AND status = @waiting AND leased_until <= @now
                    """,
                    new { sms = SmsChannel, lease, until = now + time, due, waiting = NoticeStatus.Waiting, now });
                return await transaction.QueryAsync<T>(
                    $"{select} WHERE o.id {transaction.Engine.AnyOf("due")} AND o.leased_by = @lease ORDER BY o.id", new { due, lease });
            },
            cancellationToken);
    }
}
