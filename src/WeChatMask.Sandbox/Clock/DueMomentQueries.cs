using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Notices;
using WeChatMask.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>An instant at which something will be due: anything, or messages alone.</summary>
public sealed record DueMoment(DateTimeOffset At, bool IsForMessages);

/// <summary>The instants at which rounds change (openings, closes, pickup hours, and the city's midnight) or messages are to be tried.</summary>
public sealed class DueMomentQueries(Database database, CityCalendar calendar)
{
    /// <summary>The first such instant after <paramref name="after"/>.</summary>
    public async Task<DueMoment> NextAsync(DateTimeOffset after, CancellationToken cancellationToken)
    {
        var next = await database.QueryOneAsync<Next>(
            """
            SELECT (SELECT MIN(at) FROM (
                SELECT MIN(opens_at) AS at FROM round_window WHERE opens_at > @after
                UNION ALL SELECT MIN(opens_at) - @ready FROM round WHERE opens_at - @ready > @after
                UNION ALL SELECT MIN(closes_at) FROM round_window WHERE closes_at > @after
                UNION ALL SELECT MIN(pickup_opens_at) FROM round WHERE pickup_opens_at > @after
                UNION ALL SELECT MIN(pickup_closes_at) FROM round WHERE pickup_closes_at > @after
                UNION ALL SELECT MIN(opens_at) FROM moved_pickup WHERE opens_at > @after
                UNION ALL SELECT MIN(closes_at) FROM moved_pickup WHERE closes_at > @after
                UNION ALL SELECT MIN(settle_until) FROM provisional_booking WHERE outcome = @outstanding AND settle_until > @after
                ) moments) AS round_at,
                (SELECT MIN(due_at) FROM outbox WHERE status = @waiting AND due_at > @after) AS message_at
            """,
            new { after, ready = (long)ReadyMarkStore.Before.TotalMilliseconds, outstanding = ProvisionalOutcome.Waiting, waiting = NoticeStatus.Waiting },
            cancellationToken);
        var midnight = calendar.Instant(calendar.DateOf(after).AddDays(1), TimeOnly.MinValue);
        var round = next?.RoundAt is { } at && at < midnight ? at : midnight;
        return next?.MessageAt is { } message && message < round ? new DueMoment(message, true) : new DueMoment(round, false);
    }

    private sealed class Next
    {
        public DateTimeOffset? RoundAt { get; init; }
        public DateTimeOffset? MessageAt { get; init; }
    }
}
