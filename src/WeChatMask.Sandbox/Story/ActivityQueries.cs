using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Sandbox;

/// <summary>Reads what people and jobs have lately done, already counted by the second.</summary>
public sealed class ActivityQueries(Database database)
{
    private const int NewestBookings = 4_000;
    private const int NewestRedemptions = 500;
    private const int Most = 60;

    /// <summary>Changes whenever something happened that the feed tells of.</summary>
    public async Task<string> StateAsync(CancellationToken cancellationToken)
    {
        var state = await database.QueryOneAsync<State>(
            "SELECT version, (SELECT MAX(id) FROM job_run) AS newest_run FROM board_version WHERE id = 1", cancellationToken: cancellationToken);
        return FormattableString.Invariant($"{state?.Version}-{state?.NewestRun}");
    }

    /// <summary>The account of an openid, when there is one.</summary>
    public Task<long?> AccountAsync(string openId, CancellationToken cancellationToken) =>
        database.ScalarAsync<long?>("SELECT id FROM account WHERE open_id = @openId", new { openId }, cancellationToken);

    /// <summary>The newest bookings, by the second they were made in.</summary>
    public Task<List<Deed>> BookingsAsync(CancellationToken cancellationToken) => database.QueryAsync<Deed>(
        """
        SELECT MAX(created_at) AS at, COUNT(*) AS count, COUNT(DISTINCT pharmacy_id) AS pharmacies
          FROM (SELECT created_at, pharmacy_id FROM booking ORDER BY id DESC LIMIT @NewestBookings) newest
         GROUP BY created_at - created_at % 1000
         ORDER BY 1 DESC
         LIMIT @Most
        """,
        new { NewestBookings, Most },
        cancellationToken);

    /// <summary>Bookings given back, among the newest ones.</summary>
    public Task<List<Deed>> CancellationsAsync(CancellationToken cancellationToken) => database.QueryAsync<Deed>(
        """
        SELECT MAX(settled_at) AS at, COUNT(*) AS count, COUNT(DISTINCT pharmacy_id) AS pharmacies
          FROM (SELECT settled_at, pharmacy_id, status FROM booking ORDER BY id DESC LIMIT @NewestBookings) newest
         WHERE status = @cancelled AND settled_at IS NOT NULL
         GROUP BY settled_at - settled_at % 1000
         ORDER BY 1 DESC
         LIMIT @Most
        """,
        new { NewestBookings, Most, cancelled = BookingStatus.Cancelled },
        cancellationToken);

    /// <summary>The newest hand-overs at the counters.</summary>
    public Task<List<Deed>> RedemptionsAsync(CancellationToken cancellationToken) => database.QueryAsync<Deed>(
        """
        SELECT MAX(redeemed_at) AS at, COUNT(*) AS count, COUNT(DISTINCT pharmacy_id) AS pharmacies
          FROM (SELECT redeemed_at, pharmacy_id FROM redemption WHERE voided_at IS NULL ORDER BY id DESC LIMIT @NewestRedemptions) newest
         GROUP BY redeemed_at - redeemed_at % 1000
         ORDER BY 1 DESC
         LIMIT @Most
        """,
        new { NewestRedemptions, Most },
        cancellationToken);

    /// <summary>Pharmacies, places and what became of them, of some rounds.</summary>
    public async Task<Dictionary<DateOnly, RoundFigures>> FiguresAsync(DateOnly from, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<RoundFigures>(
            """
            SELECT q.round_date AS date, COUNT(DISTINCT q.pharmacy_id) AS pharmacies, SUM(q.planned + q.carried_in) AS places, SUM(q.taken) AS taken,
                   (SELECT SUM(t.lapsed) FROM pharmacy_round t WHERE t.round_date = q.round_date) AS lapsed
              FROM quota q
             WHERE q.round_date >= @from
             GROUP BY q.round_date
            """,
            new { from },
            cancellationToken);
        return rows.ToDictionary(r => r.Date);
    }

    private sealed class State
    {
        public long Version { get; init; }
        public long? NewestRun { get; init; }
    }
}

/// <summary>So many of one kind within one second.</summary>
public sealed class Deed
{
    public DateTimeOffset At { get; init; }

    public int Count { get; init; }

    public int Pharmacies { get; init; }
}

/// <summary>A round in figures.</summary>
public sealed class RoundFigures
{
    public DateOnly Date { get; init; }

    public int Pharmacies { get; init; }

    public int Places { get; init; }

    public int Taken { get; init; }

    public int Lapsed { get; init; }
}
