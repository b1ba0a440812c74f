using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Stock;

namespace WeChatMask.Notices;

/// <summary>Takes notices out of the outbox under a lease and writes down what became of them.</summary>
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

    // Not from booking_pickup: pharmacies' notices have no booking, and SQLite makes a view that is joined from the left whole.
    /// <summary>Takes up to <paramref name="count"/> notices that are due, for this sender alone.</summary>
    public Task<List<LeasedNotice>> LeaseAsync(int count, CancellationToken cancellationToken) => OutboxLeaseStore.TakeAsync<LeasedNotice>(
        database, OutboxLeaseStore.SmsChannel, calendar.Now, LeaseTime, count,
        """
        SELECT o.id, o.leased_by AS lease, o.leased_until, o.kind, o.round_date, o.attempts, o.maybe_repeated, o.booking_id, o.pharmacy_id,
               o.doubtful_since, o.doubtful_at, o.counted_on,
               COALESCE(m.pickup_date, r.pickup_date) AS pickup_date, COALESCE(m.opens_at, r.pickup_opens_at) AS pickup_opens_at,
               COALESCE(m.closes_at, r.pickup_closes_at) AS pickup_closes_at, r.policy_id,
               p.code AS pharmacy_code, p.name AS pharmacy_name, p.address AS pharmacy_address,
               COALESCE(p.contact_mobile, '') AS contact_mobile,
               b.number, b.units, b.unit_price_fen, b.status AS booking_status, b.slot_starts_at, b.slot_ends_at,
               COALESCE(w.mobile, '') AS mobile
          FROM outbox o
          JOIN round r         ON r.date = o.round_date
          JOIN pharmacy p      ON p.id = o.pharmacy_id
          LEFT JOIN booking b  ON b.id = o.booking_id
          LEFT JOIN resident w ON w.id = b.resident_id
          LEFT JOIN moved_pickup m ON m.booking_id = b.id
        """,
        cancellationToken);

    /// <summary>Bookings by slot that are to be collected on a round's pickup day, for the pharmacies' notices.</summary>
    public Task<List<SlotCount>> SlotCountsAsync(DateOnly round, IReadOnlyCollection<long> pharmacies, CancellationToken cancellationToken) =>
        database.QueryAsync<SlotCount>(
            $"""
            SELECT b.pharmacy_id, b.slot_starts_at, b.slot_ends_at, COUNT(*) AS bookings, SUM(b.units) AS units
              FROM booking b
             WHERE b.pharmacy_id {database.Engine.AnyOf("pharmacies")} AND b.status = @booked AND {MovedPickupStore.OfTheDay}
             GROUP BY b.pharmacy_id, b.slot_starts_at, b.slot_ends_at
             ORDER BY b.pharmacy_id, b.slot_starts_at
            """,
            new { round, pharmacies, booked = BookingStatus.Booked },
            cancellationToken);

    /// <summary>
    /// Writes results down and gives the leases back. A lease that ran out and is another sender's now stays theirs, and a
    /// receipt that came meanwhile says that the message is out, whatever this try met.
    /// </summary>
    public Task SettleAsync(IReadOnlyCollection<NoticeResult> results, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteManyAsync(
            """
            UPDATE outbox
               SET status = CASE WHEN receipt <> 0 THEN 1 ELSE @Status END,
                   due_at = @DueAt, leased_by = NULL, leased_until = 0, segments = @Segments,
                   provider_id = @ProviderId, problem = @Problem, settled_at = COALESCE(@SettledAt, settled_at),
                   provider = COALESCE(@Provider, provider), receipt_key = COALESCE(@ReceiptKey, receipt_key),
                   doubtful_since = CASE WHEN @MayHaveLeft = 1 THEN COALESCE(doubtful_since, @TriedAt) ELSE doubtful_since END,
                   doubtful_at = CASE WHEN @MayHaveLeft = 1 THEN @TriedBy ELSE doubtful_at END,
                   maybe_repeated = CASE WHEN @MayHaveLeft = 1 THEN 1 ELSE maybe_repeated END
             WHERE id = @Id AND leased_by = @Lease
            """,
            results),
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

    /// <summary>Since when it is not known whether it went out.</summary>
    public DateTimeOffset? DoubtfulSince { get; init; }

    /// <summary>The vendor whose answer was lost, if that is known.</summary>
    public string? DoubtfulAt { get; init; }

    /// <summary>The last day on which it was counted against its number's share.</summary>
    public DateOnly? CountedOn { get; init; }

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
    bool MayHaveLeft = false)
{
    /// <summary>The vendor that took it.</summary>
    public string? Provider { get; init; }

    /// <summary>How its receipt will find it.</summary>
    public string? ReceiptKey { get; init; }

    /// <summary>When it was tried.</summary>
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>The vendor that was asked last.</summary>
    public string? TriedBy { get; init; }
}
