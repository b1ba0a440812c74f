using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Messages that a vendor took and of whose arrival nothing has been heard.</summary>
public sealed class UnreportedStore(Database database, CityCalendar calendar)
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMinutes(15);

    /// <summary>Takes messages to ask their vendor about, for this asker alone, the oldest first.</summary>
    /// <remarks>
    /// A message that was sent has no more use for its lease: until it ends, nobody asks. It lasts as long as the message is old,
    /// so each is asked about some ten times in a week, and less and less often.
    /// </remarks>
    public async Task<List<UnreportedNotice>> LeaseAsync(string provider, DateTimeOffset since, DateTimeOffset until, int count, CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        // When a message was sent, that try was what was due.
        var waiting = await database.QueryAsync<long>(
            """
            SELECT id FROM outbox
             WHERE channel = @sms AND status = @sent AND due_at > @since AND due_at <= @until AND receipt = @none
               AND provider = @provider AND provider_id IS NOT NULL AND leased_until <= @now
             ORDER BY due_at, id LIMIT @count
            """,
            new { sms = NoticeChannel.Sms, sent = NoticeStatus.Sent, none = SmsReceiptState.None, since, until, provider, now, count },
            cancellationToken);
        if (waiting.Count == 0) return [];
        return await database.WriteAsync(
            async transaction =>
            {
                var lease = Guid.NewGuid().ToString("N");
                await transaction.ExecuteAsync(
                    $"""
                    UPDATE outbox
                       SET leased_by = @lease, leased_until = @now + CASE WHEN @now - due_at > @least THEN @now - due_at ELSE @least END
                     WHERE id {transaction.Engine.AnyOf("waiting")} AND status = @sent AND receipt = @none AND leased_until <= @now
                    """,
                    new { lease, now, least = (long)LeastPause.TotalMilliseconds, waiting, sent = NoticeStatus.Sent, none = SmsReceiptState.None });
                return await transaction.QueryAsync<UnreportedNotice>(
                    $"""
                    SELECT o.id, o.provider_id, o.due_at AS sent_at, COALESCE(CASE WHEN o.kind = @list THEN p.contact_mobile ELSE w.mobile END, '') AS mobile
                      FROM outbox o
                      JOIN pharmacy p      ON p.id = o.pharmacy_id
                      LEFT JOIN booking b  ON b.id = o.booking_id
                      LEFT JOIN resident w ON w.id = b.resident_id
                     WHERE o.id {transaction.Engine.AnyOf("waiting")} AND o.leased_by = @lease
                     ORDER BY o.due_at, o.id
                    """,
                    new { waiting, lease, list = NoticeKind.PharmacyList });
            },
            cancellationToken);
    }
}

/// <summary>A message that was sent, without a receipt.</summary>
public sealed class UnreportedNotice
{
    public long Id { get; init; }
    public string ProviderId { get; init; } = "";
    public DateTimeOffset SentAt { get; init; }

    /// <summary>The number, encrypted; empty when it has been destroyed.</summary>
    public string Mobile { get; init; } = "";
}
