using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Pharmacies;

/// <summary>Reads what a pharmacy's counter works from: its list and its figures of the day.</summary>
public sealed class CounterQueries(Database database)
{
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
