using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Stock;

namespace WeChatMask.Counter;

/// <summary>Reads what a pharmacy's counter works from: its list and its figures of the day.</summary>
public sealed class CounterQueries(Database database)
{
    private const string SelectHandOver = """
        SELECT b.number, b.serial, d.round_date, p.name, f.name AS pharmacy, d.units, d.amount_fen, d.redeemed_at, d.voided_at,
               CASE WHEN d.proxy_hash IS NULL THEN 0 ELSE 1 END AS by_proxy
          FROM redemption d
          JOIN booking b  ON b.id = d.booking_id
          JOIN resident p ON p.id = b.resident_id
          JOIN pharmacy f ON f.id = d.pharmacy_id
        """;

    private const string CountByStatus = """
        COUNT(CASE WHEN b.status = @booked AND b.pickup_closes_at > @now THEN 1 END) AS waiting, COUNT(CASE WHEN b.status = @redeemed THEN 1 END) AS redeemed,
               COUNT(CASE WHEN b.status = @lapsed OR (b.status = @booked AND b.pickup_closes_at <= @now) THEN 1 END) AS lapsed, COUNT(CASE WHEN b.status = @cancelled THEN 1 END) AS cancelled
        """;

    private const string SelectLine = """
        SELECT b.round_date, b.serial, b.number, p.name, p.id_number, p.mobile, b.units, b.unit_price_fen, b.slot_starts_at, b.slot_ends_at, b.status,
               CASE WHEN b.is_moved = 1 THEN b.pickup_date END AS moved_to, b.pickup_opens_at, b.pickup_closes_at
          FROM booking_pickup b
          JOIN resident p ON p.id = b.resident_id
        """;

    public Task<CounterPharmacy?> PharmacyAsync(long id, CancellationToken cancellationToken) => database.QueryOneAsync<CounterPharmacy>(
        "SELECT id, code, name FROM pharmacy WHERE id = @id", new { id }, cancellationToken);

    /// <summary>
    /// A pharmacy's list of a round: first the bookings of earlier rounds that have moved to its pickup day, then its own in
    /// serial order, cancelled ones and those that have moved away too.
    /// </summary>
    public Task<List<ListRow>> ListAsync(DateOnly round, long pharmacy, CancellationToken cancellationToken) => database.QueryAsync<ListRow>(
        $"""
        {SelectLine}
         WHERE b.round_date = @round AND b.pharmacy_id = @pharmacy
        UNION ALL
        {SelectLine}
          JOIN moved_pickup m ON m.booking_id = b.id
          JOIN round r        ON r.pickup_date = m.pickup_date
         WHERE r.date = @round AND m.pharmacy_id = @pharmacy AND b.round_date <> @round
         ORDER BY 1, 2
        """,
        new { round, pharmacy },
        cancellationToken);

    /// <summary>Numbers of a round's bookings that went from a pharmacy to another.</summary>
    public Task<List<string>> GoneAsync(DateOnly round, long pharmacy, CancellationToken cancellationToken) => database.QueryAsync<string>(
        """
        SELECT b.number FROM booking_move v JOIN booking b ON b.id = v.booking_id
         WHERE v.round_date = @round AND v.from_pharmacy_id = @pharmacy AND v.moved_at IS NOT NULL AND b.pharmacy_id <> @pharmacy
         ORDER BY b.number
        """,
        new { round, pharmacy },
        cancellationToken);

    /// <summary>Bookings of other rounds that have moved and may still be collected, on another day than a round's: later, or since before it.</summary>
    public Task<List<ListRow>> MovedElsewhereAsync(DateOnly round, DateOnly day, DateTimeOffset now, long pharmacy, CancellationToken cancellationToken) => database.QueryAsync<ListRow>(
        $"""
        {SelectLine}
          JOIN moved_pickup m ON m.booking_id = b.id
         WHERE m.pharmacy_id = @pharmacy AND m.pickup_date <> @day AND m.closes_at > @now AND b.round_date <> @round
         ORDER BY b.round_date, b.serial
        """,
        new { round, day, now, pharmacy },
        cancellationToken);

    /// <summary>What became of the bookings that are collected on a round's pickup day, slot by slot. Whose time is over is not waited for, before that is written down too.</summary>
    public Task<List<SlotFigures>> SlotsAsync(DateOnly round, long pharmacy, DateTimeOffset now, CancellationToken cancellationToken) => database.QueryAsync<SlotFigures>(
        $"""
        SELECT b.slot_starts_at, b.slot_ends_at,
               {CountByStatus}
          FROM booking_pickup b
         WHERE b.pharmacy_id = @pharmacy AND {MovedPickupStore.OfTheDay}
         GROUP BY b.slot_starts_at, b.slot_ends_at
         ORDER BY b.slot_starts_at
        """,
        new
        {
            round, pharmacy, now, booked = BookingStatus.Booked, redeemed = BookingStatus.Redeemed, lapsed = BookingStatus.Lapsed, cancelled = BookingStatus.Cancelled,
        },
        cancellationToken);

    /// <summary>The same of the whole city, pharmacy by pharmacy; what has moved to the day stands in rows of its own.</summary>
    /// <remarks>Two parts for what <see cref="MovedPickupStore.OfTheDay"/> joins by OR: for a whole city each part must find its rows by an index.</remarks>
    public Task<List<SlotFigures>> CitySlotsAsync(DateOnly round, DateTimeOffset now, CancellationToken cancellationToken) => database.QueryAsync<SlotFigures>(
        $"""
        SELECT b.pharmacy_id, b.slot_starts_at, b.slot_ends_at,
               {CountByStatus}
          FROM booking_pickup b
         WHERE b.round_date = @round AND b.is_moved = 0
         GROUP BY b.pharmacy_id, b.slot_starts_at, b.slot_ends_at
        UNION ALL
        SELECT b.pharmacy_id, b.slot_starts_at, b.slot_ends_at,
               {CountByStatus}
          FROM round day
          JOIN moved_pickup m   ON m.pickup_date = day.pickup_date
          JOIN booking_pickup b ON b.id = m.booking_id
         WHERE day.date = @round
         GROUP BY b.pharmacy_id, b.slot_starts_at, b.slot_ends_at
        """,
        new
        {
            round, now, booked = BookingStatus.Booked, redeemed = BookingStatus.Redeemed, lapsed = BookingStatus.Lapsed, cancelled = BookingStatus.Cancelled,
        },
        cancellationToken);

    /// <summary>What the city handed over of a round's pickup day, without what was taken back, by the start of each step of time since an instant.</summary>
    public Task<List<HandOverStep>> CityStepsAsync(DateOnly round, DateTimeOffset since, TimeSpan step, CancellationToken cancellationToken) => database.QueryAsync<HandOverStep>(
        """
        SELECT s.at, SUM(s.hand_overs) AS hand_overs, SUM(s.units) AS units, SUM(s.amount_fen) AS amount_fen
          FROM (SELECT d.redeemed_at - (d.redeemed_at - @since) % @step AS at, COUNT(*) AS hand_overs, SUM(d.units) AS units, SUM(d.amount_fen) AS amount_fen
                  FROM redemption d
                  LEFT JOIN moved_pickup m ON m.booking_id = d.booking_id
                 WHERE d.round_date = @round AND d.voided_at IS NULL AND m.booking_id IS NULL
                 GROUP BY d.redeemed_at - (d.redeemed_at - @since) % @step
                UNION ALL
                SELECT d.redeemed_at - (d.redeemed_at - @since) % @step AS at, COUNT(*) AS hand_overs, SUM(d.units) AS units, SUM(d.amount_fen) AS amount_fen
                  FROM round day
                  JOIN moved_pickup m ON m.pickup_date = day.pickup_date
                  JOIN redemption d   ON d.booking_id = m.booking_id
                 WHERE day.date = @round AND d.voided_at IS NULL
                 GROUP BY d.redeemed_at - (d.redeemed_at - @since) % @step) s
         GROUP BY s.at
         ORDER BY s.at
        """,
        new { round, since = since.Column(), step = (long)step.TotalMilliseconds },
        cancellationToken);

    /// <summary>What was handed over on a round's pickup day and what it brought in, without what was taken back.</summary>
    public async Task<Takings> TakingsAsync(DateOnly round, long pharmacy, CancellationToken cancellationToken) =>
        await database.QueryOneAsync<Takings>(
            $"""
            SELECT COALESCE(SUM(d.units), 0) AS units, COALESCE(SUM(d.amount_fen), 0) AS amount_fen
              FROM redemption d
              JOIN booking b ON b.id = d.booking_id
             WHERE d.pharmacy_id = @pharmacy AND d.voided_at IS NULL AND {MovedPickupStore.OfTheDay}
            """,
            new { round, pharmacy },
            cancellationToken) ?? new Takings();

    /// <summary>The newest hand-overs of a round's pickup day, those taken back too.</summary>
    public Task<List<HandOverRow>> HandOversAsync(DateOnly round, long pharmacy, int count, CancellationToken cancellationToken) => database.QueryAsync<HandOverRow>(
        $"{SelectHandOver} WHERE d.pharmacy_id = @pharmacy AND {MovedPickupStore.OfTheDay} ORDER BY d.redeemed_at DESC, d.id DESC LIMIT @count",
        new { round, pharmacy, count },
        cancellationToken);

    /// <summary>The newest hand-over of a booking, of whichever pharmacy.</summary>
    public Task<HandOverRow?> HandOverAsync(string number, CancellationToken cancellationToken) => database.QueryOneAsync<HandOverRow>(
        $"{SelectHandOver} WHERE b.number = @number ORDER BY d.id DESC LIMIT 1", new { number }, cancellationToken);

    /// <summary>The newest hand-over of a pharmacy's booking.</summary>
    public Task<HandOverRow?> HandOverAsync(string number, long pharmacy, CancellationToken cancellationToken) => database.QueryOneAsync<HandOverRow>(
        $"{SelectHandOver} WHERE b.number = @number AND d.pharmacy_id = @pharmacy ORDER BY d.id DESC LIMIT 1",
        new { number, pharmacy },
        cancellationToken);
}

/// <summary>What a counter handed over and took in.</summary>
public sealed class Takings
{
    public int Units { get; init; }
    public int AmountFen { get; init; }
}

/// <summary>What was handed over in one step of time.</summary>
public sealed class HandOverStep
{
    public DateTimeOffset At { get; init; }
    public int HandOvers { get; init; }
    public int Units { get; init; }
    public int AmountFen { get; init; }
}

/// <summary>A hand-over as stored; the name is encrypted.</summary>
public sealed class HandOverRow
{
    public string Pharmacy { get; init; } = "";
    public string Number { get; init; } = "";
    public int Serial { get; init; }
    public DateOnly RoundDate { get; init; }
    public string Name { get; init; } = "";
    public int Units { get; init; }
    public int AmountFen { get; init; }
    public bool ByProxy { get; init; }
    public DateTimeOffset RedeemedAt { get; init; }
    public DateTimeOffset? VoidedAt { get; init; }
}

/// <summary>The pharmacy a counter belongs to.</summary>
public sealed class CounterPharmacy
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
}

/// <summary>A line of a pharmacy's list as stored; what is personal is encrypted.</summary>
public sealed class ListRow
{
    public DateOnly RoundDate { get; init; }

    /// <summary>The day the pickup has moved to, or null.</summary>
    public DateOnly? MovedTo { get; init; }

    public DateTimeOffset PickupOpensAt { get; init; }
    public DateTimeOffset PickupClosesAt { get; init; }
    public int Serial { get; init; }
    public string Number { get; init; } = "";
    public string Name { get; init; } = "";
    public string IdNumber { get; init; } = "";
    public string Mobile { get; init; } = "";
    public int Units { get; init; }
    public int UnitPriceFen { get; init; }
    public DateTimeOffset? SlotStartsAt { get; init; }
    public DateTimeOffset? SlotEndsAt { get; init; }
    public BookingStatus Status { get; init; }
}

/// <summary>Bookings of one slot by what became of them.</summary>
public sealed record SlotFigures
{
    /// <summary>Of figures of the whole city only.</summary>
    public long PharmacyId { get; init; }

    public DateTimeOffset? SlotStartsAt { get; init; }
    public DateTimeOffset? SlotEndsAt { get; init; }
    public int Waiting { get; init; }
    public int Redeemed { get; init; }
    public int Lapsed { get; init; }
    public int Cancelled { get; init; }

    public string Name { get; init; } = "";

    public bool IsNow { get; init; }

    public bool IsOver { get; init; }

    public int Due => Waiting + Redeemed + Lapsed;

    public static SlotFigures Sum(IReadOnlyCollection<SlotFigures> slots) => new()
    {
        Waiting = slots.Sum(s => s.Waiting), Redeemed = slots.Sum(s => s.Redeemed), Lapsed = slots.Sum(s => s.Lapsed), Cancelled = slots.Sum(s => s.Cancelled),
    };
}
