using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Supervision;

/// <summary>Finds pharmacies that handed over much in the last half hour of a day, when a clerk could use up what nobody came for.</summary>
public sealed class LateHandOverQueries(Database database, CityCalendar calendar, IOptionsMonitor<SiteSettings> site)
{
    private const int DaysShown = 7;

    // A pickup that moves does so by days, and its hand-over stays with its round.
    private const int LongestMove = 14;

    private static readonly TimeSpan LastPart = TimeSpan.FromMinutes(30);

    /// <summary>Days of pharmacies with at least as many as <see cref="SiteSettings.LastHalfHourHandOvers"/>, those taken back not counted; the newest days first.</summary>
    public async Task<List<LateHandOvers>> NewestAsync(CancellationToken cancellationToken)
    {
        if (site.CurrentValue.LastHalfHourHandOvers is not (> 0 and var least)) return [];
        return await database.QueryAsync<LateHandOvers>(
            """
            SELECT day, code, name, late, whole_day
              FROM (SELECT b.pickup_date AS day, p.code, p.name, COUNT(*) AS whole_day,
                           SUM(CASE WHEN d.redeemed_at >= b.pickup_closes_at - @last THEN 1 ELSE 0 END) AS late
                      FROM redemption d
                      JOIN booking_pickup b ON b.id = d.booking_id
                      JOIN pharmacy p       ON p.id = d.pharmacy_id
                     WHERE d.round_date >= @round AND d.voided_at IS NULL AND b.pickup_date >= @from
                     GROUP BY b.pickup_date, p.code, p.name) days
             WHERE late >= @least
             ORDER BY day DESC, code
            """,
            new { last = (long)LastPart.TotalMilliseconds, least, from = calendar.Today.AddDays(-DaysShown), round = calendar.Today.AddDays(-DaysShown - LongestMove) },
            cancellationToken);
    }
}

/// <summary>A pharmacy's day that ended with many hand-overs: those of the last half hour, and of the whole day.</summary>
public sealed class LateHandOvers
{
    public DateOnly Day { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public int Late { get; init; }
    public int WholeDay { get; init; }
}

/// <summary>Pharmacies' days that ended with many hand-overs, newest first.</summary>
public sealed record LateHandOverList(IReadOnlyList<LateHandOvers> Days);
