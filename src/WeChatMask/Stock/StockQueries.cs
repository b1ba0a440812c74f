using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Stock;

/// <summary>Reads a pharmacy's shelf day by day, in units.</summary>
public sealed class StockQueries(Database database, PolicyQueries policies)
{
    private const string Days = """
        SELECT t.round_date, r.pickup_date, r.policy_id, r.published_at,
               (SELECT SUM(q.planned + q.moved_in - q.moved_out) FROM quota q WHERE q.round_date = t.round_date AND q.pharmacy_id = t.pharmacy_id) AS planned_places,
               (SELECT SUM(d.units) FROM delivery d WHERE d.round_date = t.round_date AND d.pharmacy_id = t.pharmacy_id) AS reported,
               (SELECT SUM(l.units) FROM stock_loss l WHERE l.round_date = t.round_date AND l.pharmacy_id = t.pharmacy_id) AS lost,
               (SELECT d.more_coming FROM delivery d WHERE d.id =
                   (SELECT MAX(n.id) FROM delivery n WHERE n.round_date = t.round_date AND n.pharmacy_id = t.pharmacy_id)) AS more_coming
          FROM pharmacy_round t
          JOIN round r ON r.date = t.round_date
         WHERE t.pharmacy_id = @pharmacy AND r.pickup_date <= @until
         ORDER BY r.pickup_date
        """;

    // Not from booking_pickup: a hand-over names its round itself, and of all days of a pharmacy each booking would be looked up.
    private const string HandedOver = """
        SELECT COALESCE(m.pickup_date, r.pickup_date) AS pickup_date, SUM(d.units) AS units
          FROM redemption d
          JOIN round r             ON r.date = d.round_date
          LEFT JOIN moved_pickup m ON m.booking_id = d.booking_id
         WHERE d.pharmacy_id = @pharmacy AND d.voided_at IS NULL AND r.pickup_date <= @until
         GROUP BY COALESCE(m.pickup_date, r.pickup_date)
        """;

    /// <summary>The days up to one pickup day, oldest first.</summary>
    public Task<IReadOnlyList<StockDay>> DaysAsync(long pharmacy, DateOnly until, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => DaysAsync(connection, null, pharmacy, until), cancellationToken);

    public async Task<IReadOnlyList<StockDay>> DaysAsync(DbConnection connection, DbTransaction? transaction, long pharmacy, DateOnly until)
    {
        var args = new { pharmacy, until };
        var rows = (await connection.QueryAsync<DayRow>(Days, args, transaction)).AsList();
        var handed = (await connection.QueryAsync<HandedRow>(HandedOver, args, transaction)).ToDictionary(h => h.PickupDate, h => h.Units);
        var days = new List<StockDay>(rows.Count);
        foreach (var row in rows)
        {
            var policy = await policies.GetAsync(connection, transaction, row.PolicyId);
            var units = policy.UnitsPerBooking;
            days.Add(new StockDay(row.RoundDate, row.PickupDate, row.PublishedAt is not null, units, row.PlannedPlaces * units)
            {
                MarginPercent = policy.StockMarginPercent,
                Reported = row.Reported, MoreComing = row.MoreComing is 1, Lost = row.Lost, HandedOver = handed.GetValueOrDefault(row.PickupDate),
            });
        }

        return days;
    }

    private sealed class DayRow
    {
        public DateOnly RoundDate { get; init; }
        public DateOnly PickupDate { get; init; }
        public long PolicyId { get; init; }
        public DateTimeOffset? PublishedAt { get; init; }
        public int PlannedPlaces { get; init; }
        public int? Reported { get; init; }
        public int Lost { get; init; }
        public int? MoreComing { get; init; }
    }

    private sealed class HandedRow
    {
        public DateOnly PickupDate { get; init; }
        public int Units { get; init; }
    }
}

/// <summary>What a pharmacy's books say of one pickup day, in units, beside the units of one place of its round. Its bookings are final once it is published.</summary>
public sealed record StockDay(DateOnly Round, DateOnly PickupDate, bool IsPublished, int UnitsPerBooking, int Planned)
{
    /// <summary>What the pharmacy says has come, or null when it has said nothing.</summary>
    public int? Reported { get; init; }

    public bool MoreComing { get; init; }

    /// <summary>How far the pharmacy's word is taken, by the round's rules.</summary>
    public int MarginPercent { get; init; }

    public int Lost { get; init; }

    public int HandedOver { get; init; }

    /// <summary>What counts as delivered: the plan, until something else was reported.</summary>
    public int Delivered => Reported is not { } reported ? Planned : MoreComing ? Math.Max(reported, Planned) : reported;

    /// <summary>Places that the day's differences give to later rounds, or take from them.</summary>
    public int DifferencePlaces => StockRules.PlacesOf(Delivered - Planned - Lost, UnitsPerBooking);

    /// <summary>The days' shelves, one after the other; each opens with what the one before left.</summary>
    public static IReadOnlyList<ShelfDay> Shelves(IEnumerable<StockDay> days)
    {
        var opening = 0;
        var shelves = new List<ShelfDay>();
        foreach (var day in days)
        {
            var shelf = new ShelfDay(opening, day.Delivered, day.HandedOver, day.Lost);
            shelves.Add(shelf);
            opening = shelf.Closing;
        }

        return shelves;
    }
}
