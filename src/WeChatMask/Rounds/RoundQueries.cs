using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>Reads rounds, with rules and times put together.</summary>
public sealed class RoundQueries(Database database, PolicyQueries policies)
{
    private const string Select = """
        SELECT date, pickup_date, policy_id, phase, closed_at, slots_at, published_at, ended_at,
               paused_at, pause_reason, annulled_at, annul_reason, announced_opens_at,
               pickup_opens_at, pickup_closes_at, cancel_until
          FROM round
        """;

    /// <summary>The round of a day, or none.</summary>
    public Task<RoundState?> FindAsync(DateOnly date, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => FindAsync(connection, null, date), cancellationToken);

    /// <summary>The round of a day as an open transaction sees it.</summary>
    public async Task<RoundState?> FindAsync(DbConnection connection, DbTransaction? transaction, DateOnly date)
    {
        var rows = await LoadAsync(connection, transaction, "WHERE date = @date", new { date });
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>When the first window after a day opens that has places; where no later round is planned yet, as the rules say. None within a year.</summary>
    public async Task<DateTimeOffset?> OpensAfterAsync(DbConnection connection, DateOnly day)
    {
        var later = await connection.QuerySingleAsync<LaterRounds>(
            """
            SELECT (SELECT MAX(date) FROM round WHERE date > @day) AS latest,
                   (SELECT MIN(w.opens_at)
                      FROM round r
                      JOIN round_window w ON w.round_date = r.date
                     WHERE r.date > @day AND r.closed_at IS NULL
                       AND EXISTS (SELECT 1 FROM quota q
                                    WHERE q.round_date = w.round_date AND q.window_index = w.window_index AND q.planned + q.carried_in > 0)) AS opens_at
            """,
            new { day });
        return later.OpensAt ?? await policies.OpensAfterAsync(connection, later.Latest ?? day);
    }

    /// <summary>The rules of all days, as an open transaction sees them.</summary>
    public Task<PolicyTimeline> TimelineAsync(DbConnection connection, DbTransaction? transaction) => policies.TimelineAsync(connection, transaction);

    /// <summary>The round whose goods are handed out on a day, or none.</summary>
    public async Task<RoundState?> FindByPickupAsync(DateOnly pickupDate, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(c => LoadAsync(c, null, "WHERE pickup_date = @pickupDate", new { pickupDate }), cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Rounds that are not over, oldest first: what the jobs look at.</summary>
    public Task<List<RoundState>> UnfinishedAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(c => LoadAsync(c, null, "WHERE ended_at IS NULL ORDER BY date", null), cancellationToken);

    /// <summary>Rounds that have not opened, oldest first: only these may be planned anew.</summary>
    public Task<List<RoundState>> AnnouncedAsync(DbConnection connection, DbTransaction? transaction, DateTimeOffset now) =>
        LoadAsync(connection, transaction, "WHERE closed_at IS NULL AND opens_at > @now ORDER BY date", new { now });

    /// <summary>Rounds whose daily report is still to be made, oldest first.</summary>
    public Task<List<RoundState>> UnreportedAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            c => LoadAsync(c, null, "WHERE ended_at IS NOT NULL AND reported_at IS NULL ORDER BY date", null), cancellationToken);

    /// <summary>The newest rounds, newest first.</summary>
    public Task<List<RoundState>> NewestAsync(int count, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => NewestAsync(connection, count), cancellationToken);

    public Task<List<RoundState>> NewestAsync(DbConnection connection, int count) => LoadAsync(connection, null, "ORDER BY date DESC LIMIT @count", new { count });

    private async Task<List<RoundState>> LoadAsync(DbConnection connection, DbTransaction? transaction, string where, object? args)
    {
        var rows = (await connection.QueryAsync<RoundState, PickupHours, (RoundState Round, PickupHours Pickup)>(
            $"{Select} {where}", (round, pickup) => (round, pickup), args, transaction, splitOn: "pickup_opens_at")).AsList();
        if (rows.Count == 0) return [];
        var windows = (await connection.QueryAsync<WindowRow>(
                "SELECT round_date, window_index, opens_at, closes_at FROM round_window WHERE round_date >= @first AND round_date <= @last ORDER BY round_date, window_index",
                new { first = rows.Min(r => r.Round.Date), last = rows.Max(r => r.Round.Date) },
                transaction))
            .ToLookup(w => w.RoundDate);
        var states = new List<RoundState>(rows.Count);
        foreach (var (round, pickup) in rows)
        {
            states.Add(round with
            {
                Policy = await policies.GetAsync(connection, transaction, round.PolicyId),
                Times = new RoundTimes(
                    round.Date,
                    round.PickupDate,
                    [.. windows[round.Date].Select(w => new RoundWindow(w.WindowIndex, w.OpensAt, w.ClosesAt))],
                    pickup.PickupOpensAt,
                    pickup.PickupClosesAt,
                    pickup.CancelUntil),
            });
        }

        return states;
    }

    private sealed class LaterRounds
    {
        public DateOnly? Latest { get; init; }
        public DateTimeOffset? OpensAt { get; init; }
    }

    private sealed class PickupHours
    {
        public DateTimeOffset PickupOpensAt { get; init; }
        public DateTimeOffset PickupClosesAt { get; init; }
        public DateTimeOffset CancelUntil { get; init; }
    }

    private sealed class WindowRow
    {
        public DateOnly RoundDate { get; init; }
        public int WindowIndex { get; init; }
        public DateTimeOffset OpensAt { get; init; }
        public DateTimeOffset ClosesAt { get; init; }
    }
}
