using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Pharmacies;

/// <summary>Reads what a pharmacy's counter works from: its list and its figures of the day.</summary>
public sealed class CounterQueries(Database database)
{
    private const string SelectHandOver = """
        SELECT b.number, b.serial, d.round_date, p.name, d.units, d.amount_fen, d.redeemed_at, d.voided_at,
               CASE WHEN d.proxy_hash IS NULL THEN 0 ELSE 1 END AS by_proxy
          FROM redemption d
          JOIN booking b  ON b.id = d.booking_id
          JOIN resident p ON p.id = b.resident_id
        """;

    /// <summary>A pharmacy by its id.</summary>
    public Task<CounterPharmacy?> PharmacyAsync(long id, CancellationToken cancellationToken) => database.QueryOneAsync<CounterPharmacy>(
        "SELECT id, code, name FROM pharmacy WHERE id = @id", new { id }, cancellationToken);

    /// <summary>A pharmacy's bookings of a round in serial order, cancelled ones too.</summary>
    public Task<List<ListRow>> ListAsync(DateOnly round, long pharmacy, CancellationToken cancellationToken) => database.QueryAsync<ListRow>(
        """
        SELECT b.serial, b.number, p.name, p.id_number, p.mobile, b.units, b.unit_price_fen, b.slot_starts_at, b.slot_ends_at, b.status
          FROM booking b
          JOIN resident p ON p.id = b.resident_id
         WHERE b.round_date = @round AND b.pharmacy_id = @pharmacy
         ORDER BY b.serial
        """,
        new { round, pharmacy },
        cancellationToken);

    /// <summary>How many bookings of a round are in each slot and state.</summary>
    public Task<List<SlotCount>> SlotsAsync(DateOnly round, long pharmacy, CancellationToken cancellationToken) => database.QueryAsync<SlotCount>(
        """
        SELECT slot_starts_at, slot_ends_at, status, COUNT(*) AS bookings
          FROM booking
         WHERE round_date = @round AND pharmacy_id = @pharmacy
         GROUP BY slot_starts_at, slot_ends_at, status
         ORDER BY slot_starts_at, status
        """,
        new { round, pharmacy },
        cancellationToken);

    /// <summary>What was handed over of a round and what it brought in, without what was taken back.</summary>
    public async Task<Takings> TakingsAsync(DateOnly round, long pharmacy, CancellationToken cancellationToken) =>
        await database.QueryOneAsync<Takings>(
            """
            SELECT COALESCE(SUM(units), 0) AS units, COALESCE(SUM(amount_fen), 0) AS amount_fen
              FROM redemption
             WHERE round_date = @round AND pharmacy_id = @pharmacy AND voided_at IS NULL
            """,
            new { round, pharmacy },
            cancellationToken) ?? new Takings();

    /// <summary>The newest hand-overs of a round, those taken back too.</summary>
    public Task<List<HandOverRow>> HandOversAsync(DateOnly round, long pharmacy, int count, CancellationToken cancellationToken) => database.QueryAsync<HandOverRow>(
        $"{SelectHandOver} WHERE d.round_date = @round AND d.pharmacy_id = @pharmacy ORDER BY d.redeemed_at DESC, d.id DESC LIMIT @count",
        new { round, pharmacy, count },
        cancellationToken);

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

/// <summary>A hand-over as stored; the name is encrypted.</summary>
public sealed class HandOverRow
{
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

/// <summary>Bookings of one slot in one state.</summary>
public sealed class SlotCount
{
    public DateTimeOffset? SlotStartsAt { get; init; }

    public DateTimeOffset? SlotEndsAt { get; init; }

    public BookingStatus Status { get; init; }

    public int Bookings { get; init; }
}
