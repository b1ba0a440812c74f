using WeChatMask.Data;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>How the messages of one round stand.</summary>
public sealed class NoticeFigures
{
    public DateOnly RoundDate { get; init; }

    public int Waiting { get; init; }

    public int Sent { get; init; }

    /// <summary>Of those, on the phone by the vendor's receipt.</summary>
    public int Delivered { get; init; }

    /// <summary>Of those, not arrived by the vendor's receipt.</summary>
    public int Undelivered { get; init; }

    public int Failed { get; init; }

    /// <summary>Past their use before they could be sent, or their booking was given back.</summary>
    public int Dropped { get; init; }
}

/// <summary>Reads the outbox for people.</summary>
public sealed class NoticeQueries(Database database)
{
    /// <summary>Figures of the newest rounds that have messages, newest first.</summary>
    public Task<List<NoticeFigures>> NewestAsync(int rounds, CancellationToken cancellationToken) => database.QueryAsync<NoticeFigures>(
        """
        SELECT round_date,
               SUM(CASE WHEN status = @waiting THEN 1 ELSE 0 END) AS waiting,
               SUM(CASE WHEN status = @sent THEN 1 ELSE 0 END) AS sent,
               SUM(CASE WHEN receipt = @delivered THEN 1 ELSE 0 END) AS delivered,
               SUM(CASE WHEN receipt = @undelivered THEN 1 ELSE 0 END) AS undelivered,
               SUM(CASE WHEN status = @failed THEN 1 ELSE 0 END) AS failed,
               SUM(CASE WHEN status = @dropped THEN 1 ELSE 0 END) AS dropped
          FROM outbox
         WHERE round_date IN (SELECT date FROM (SELECT date FROM round ORDER BY date DESC LIMIT @rounds) newest)
         GROUP BY round_date
         ORDER BY round_date DESC
        """,
        new
        {
            waiting = NoticeStatus.Waiting, sent = NoticeStatus.Sent, failed = NoticeStatus.Failed, dropped = NoticeStatus.Dropped,
            delivered = SmsReceiptState.Delivered, undelivered = SmsReceiptState.Failed, rounds,
        },
        cancellationToken);

    /// <summary>What should have gone out to bookers by now and waits, a row a channel; none where nothing waits.</summary>
    public Task<List<NoticesDue>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.QueryAsync<NoticesDue>(
        """
        SELECT channel, COUNT(*) AS bookings, SUM(CASE WHEN kind = @slot THEN 1 ELSE 0 END) AS without_slot,
               MIN(CASE WHEN kind = @reminder THEN due_at ELSE created_at END) AS since
          FROM outbox
         WHERE status = @waiting AND (due_at <= @now OR attempts > 0) AND booking_id IS NOT NULL
         GROUP BY channel
        """,
        new { slot = NoticeKind.SlotAssigned, reminder = NoticeKind.Reminder, waiting = NoticeStatus.Waiting, now },
        cancellationToken);
}

/// <summary>Notices to bookers that wait to be sent by one channel.</summary>
public sealed class NoticesDue
{
    public NoticeChannel Channel { get; init; }

    public long Bookings { get; init; }

    /// <summary>Of those, the ones whose message would tell them when to come.</summary>
    public long WithoutSlot { get; init; }

    public DateTimeOffset Since { get; init; }
}
