using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Notices;

/// <summary>Takes notices out of the outbox under a lease and writes down what became of them.</summary>
/// <remarks>
/// A lease that ran out without a result means that a sender died in between: the message may be out or not. It is sent
/// again and marked, because a message twice is better than none.
/// </remarks>
public sealed class OutboxStore(Database database, CityCalendar calendar)
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    /// <summary>Drops what is past its use. Returns how many.</summary>
    public async Task<int> DropExpiredAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var waiting = await database.ScalarAsync<long>(
            "SELECT COUNT(*) FROM outbox WHERE status = @waiting AND due_at <= @now AND expires_at <= @now",
            new { waiting = NoticeStatus.Waiting, now },
            cancellationToken);
        if (waiting == 0) return 0;
        return await database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                """
                UPDATE outbox SET status = @dropped, settled_at = @now
                 WHERE status = @waiting AND due_at <= @now AND expires_at <= @now AND leased_until <= @now
                """,
                new { dropped = NoticeStatus.Dropped, waiting = NoticeStatus.Waiting, now }),
            cancellationToken);
    }

    /// <summary>Takes up to <paramref name="count"/> notices that are due, for this sender alone.</summary>
    public async Task<List<LeasedNotice>> LeaseAsync(int count, CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var due = await database.QueryAsync<long>(
            "SELECT id FROM outbox WHERE channel = 0 AND status = @waiting AND due_at <= @now AND leased_until <= @now ORDER BY due_at, id LIMIT @count",
            new { waiting = NoticeStatus.Waiting, now, count },
            cancellationToken);
        if (due.Count == 0) return [];
        return await database.WriteAsync(
            async transaction =>
            {
                var lease = Guid.NewGuid().ToString("N");
                await transaction.ExecuteAsync(
                    $"""
                    UPDATE outbox
                       SET maybe_repeated = CASE WHEN leased_by IS NULL THEN maybe_repeated ELSE 1 END,
                           leased_by = @lease, leased_until = @until, attempts = attempts + 1
                     WHERE id {transaction.Engine.AnyOf("due")} AND status = @waiting AND leased_until <= @now
                    """,
                    new { lease, until = now + LeaseTime, due, waiting = NoticeStatus.Waiting, now });
                return await transaction.QueryAsync<LeasedNotice>(
                    $"""
                    SELECT o.id, o.leased_by AS lease, o.leased_until, o.kind, o.round_date, o.attempts, o.maybe_repeated, o.booking_id, o.pharmacy_id,
                           r.pickup_date, r.pickup_opens_at, r.pickup_closes_at, r.policy_id,
                           p.code AS pharmacy_code, p.name AS pharmacy_name, p.address AS pharmacy_address,
                           COALESCE(p.contact_mobile, '') AS contact_mobile,
                           b.number, b.units, b.unit_price_fen, b.status AS booking_status, b.slot_starts_at, b.slot_ends_at,
                           COALESCE(w.mobile, '') AS mobile
                      FROM outbox o
                      JOIN round r         ON r.date = o.round_date
                      JOIN pharmacy p      ON p.id = o.pharmacy_id
                      LEFT JOIN booking b  ON b.id = o.booking_id
                      LEFT JOIN resident w ON w.id = b.resident_id
                     WHERE o.id {transaction.Engine.AnyOf("due")} AND o.leased_by = @lease
                     ORDER BY o.id
                    """,
                    new { due, lease });
            },
            cancellationToken);
    }

    /// <summary>Bookings of a round by slot, for the pharmacies' notices.</summary>
    public Task<List<SlotCount>> SlotCountsAsync(DateOnly round, IReadOnlyCollection<long> pharmacies, CancellationToken cancellationToken) =>
        database.QueryAsync<SlotCount>(
            $"""
            SELECT pharmacy_id, slot_starts_at, slot_ends_at, COUNT(*) AS bookings, SUM(units) AS units
              FROM booking
             WHERE round_date = @round AND pharmacy_id {database.Engine.AnyOf("pharmacies")} AND status = @booked
             GROUP BY pharmacy_id, slot_starts_at, slot_ends_at
             ORDER BY pharmacy_id, slot_starts_at
            """,
            new { round, pharmacies, booked = BookingStatus.Booked },
            cancellationToken);

    /// <summary>Writes results down and gives the leases back. A lease that ran out and is another sender's now stays theirs.</summary>
    public Task SettleAsync(IReadOnlyCollection<NoticeResult> results, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.Engine.ExecuteManyAsync(
            transaction,
            """
            UPDATE outbox
               SET status = @Status, due_at = @DueAt, leased_by = NULL, leased_until = 0, segments = @Segments,
                   provider_id = @ProviderId, problem = @Problem, settled_at = @SettledAt,
                   maybe_repeated = CASE WHEN @MayHaveLeft = 1 THEN 1 ELSE maybe_repeated END
             WHERE id = @Id AND leased_by = @Lease
            """,
            results,
            cancellationToken),
        cancellationToken);
}

/// <summary>A notice under this sender's lease, with all its text needs.</summary>
public sealed class LeasedNotice
{
    public long Id { get; init; }

    /// <summary>The name of the lease.</summary>
    public string Lease { get; init; } = "";

    /// <summary>Until when no other sender touches it.</summary>
    public DateTimeOffset LeasedUntil { get; init; }

    public NoticeKind Kind { get; init; }

    public DateOnly RoundDate { get; init; }

    public int Attempts { get; init; }

    public bool MaybeRepeated { get; init; }

    public long? BookingId { get; init; }

    public long PharmacyId { get; init; }

    public DateOnly PickupDate { get; init; }

    public DateTimeOffset PickupOpensAt { get; init; }

    public DateTimeOffset PickupClosesAt { get; init; }

    public long PolicyId { get; init; }

    public string PharmacyCode { get; init; } = "";

    public string PharmacyName { get; init; } = "";

    public string PharmacyAddress { get; init; } = "";

    public string ContactMobile { get; init; } = "";

    public string? Number { get; init; }

    public int? Units { get; init; }

    public int? UnitPriceFen { get; init; }

    public BookingStatus? BookingStatus { get; init; }

    public DateTimeOffset? SlotStartsAt { get; init; }

    public DateTimeOffset? SlotEndsAt { get; init; }

    public string Mobile { get; init; } = "";
}

/// <summary>Bookings and units of one pharmacy in one slot.</summary>
public sealed class SlotCount
{
    public long PharmacyId { get; init; }

    public DateTimeOffset? SlotStartsAt { get; init; }

    public DateTimeOffset? SlotEndsAt { get; init; }

    public int Bookings { get; init; }

    public int Units { get; init; }
}

/// <summary>What became of one notice.</summary>
public sealed record NoticeResult(
    long Id, string Lease, NoticeStatus Status, DateTimeOffset DueAt, int Segments, string? ProviderId, string? Problem, DateTimeOffset? SettledAt,
    bool MayHaveLeft = false);
