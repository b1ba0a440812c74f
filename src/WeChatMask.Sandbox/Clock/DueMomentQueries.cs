using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>The instants at which rounds change: openings, closes, pickup hours, and the city's midnight.</summary>
public sealed class DueMomentQueries(Database database, CityCalendar calendar)
{
    /// <summary>The first such instant after <paramref name="after"/>.</summary>
    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset after, CancellationToken cancellationToken)
    {
        var stored = await database.ScalarAsync<long?>(
            """
            SELECT MIN(at) FROM (
                SELECT MIN(opens_at) AS at FROM round_window WHERE opens_at > @after
                UNION ALL SELECT MIN(closes_at) FROM round_window WHERE closes_at > @after
                UNION ALL SELECT MIN(pickup_opens_at) FROM round WHERE pickup_opens_at > @after
                UNION ALL SELECT MIN(pickup_closes_at) FROM round WHERE pickup_closes_at > @after
                UNION ALL SELECT MIN(opens_at) FROM moved_pickup WHERE opens_at > @after
                UNION ALL SELECT MIN(closes_at) FROM moved_pickup WHERE closes_at > @after
                UNION ALL SELECT MIN(due_at) FROM outbox WHERE status = 0 AND due_at > @after
                UNION ALL SELECT MIN(settle_until) FROM provisional_booking WHERE outcome = 0 AND settle_until > @after
            ) moments
            """,
            new { after },
            cancellationToken);
        var midnight = calendar.Instant(calendar.DateOf(after).AddDays(1), TimeOnly.MinValue);
        var first = stored is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : midnight;
        return first < midnight ? first : midnight;
    }
}
