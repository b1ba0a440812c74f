using System.Data.Common;
using Dapper;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Reads what everybody may know beside the books: the rounds, the masked lists, the directory.</summary>
public sealed class PublicQueries(Database database, RoundQueries rounds, CaseQueries cases, CityCalendar calendar)
{
    private const int RoundsShown = 400;

    /// <summary>All rounds, newest first.</summary>
    public Task<RoundList> RoundsAsync(CancellationToken cancellationToken) => database.ReadRecentAsync((connection, _) => RoundsAsync(connection), cancellationToken);

    private async Task<RoundList> RoundsAsync(DbConnection connection)
    {
        var now = calendar.Now;
        var newest = await rounds.NewestAsync(connection, RoundsShown);
        if (newest.Count == 0) return new RoundList([]);
        var counted = await VisitStore.SinceAsync(connection, newest[^1].Date);
        return new RoundList([.. newest.Select(r => new RoundLine(r.Date, r.PickupDate, r.PhaseAt(now), counted.GetValueOrDefault(r.Date)) { IsPickupOver = r.IsPickupOver(now) })]);
    }

    /// <summary>The newest rounds that have closed, oldest first.</summary>
    public Task<IReadOnlyList<RoundTrend>> TrendsAsync(int count, CancellationToken cancellationToken) =>
        database.ReadRecentAsync((connection, _) => TrendsAsync(connection, count), cancellationToken);

    private async Task<IReadOnlyList<RoundTrend>> TrendsAsync(DbConnection connection, int count)
    {
        var closed = (await rounds.NewestAsync(connection, count)).Where(r => r.IsClosed).Select(r => r.Date).ToHashSet();
        if (closed.Count == 0) return [];
        var from = closed.Min();
        var taken = await connection.QueryAsync<TrendRow>(
            "SELECT round_date, SUM(planned + carried_in + moved_in - moved_out) AS places, SUM(taken) AS taken FROM quota WHERE round_date >= @from GROUP BY round_date ORDER BY round_date",
            new { from });
        var became = (await connection.QueryAsync<TrendRow>(
            "SELECT round_date, SUM(redeemed) AS redeemed, SUM(lapsed) AS lapsed, SUM(cancelled_late) AS cancelled FROM pharmacy_round WHERE round_date >= @from GROUP BY round_date",
            new { from })).ToDictionary(r => r.RoundDate);
        return
        [
            .. taken.Where(t => closed.Contains(t.RoundDate)).Select(t => became.GetValueOrDefault(t.RoundDate) is { } b
                ? new RoundTrend(t.RoundDate, t.Places, t.Taken, b.Redeemed, b.Lapsed, b.Cancelled)
                : new RoundTrend(t.RoundDate, t.Places, t.Taken, 0, 0, 0)),
        ];
    }

    /// <summary>Complaints by kind and outcome; every kind has its line.</summary>
    public async Task<ComplaintCounts> ComplaintsAsync(CancellationToken cancellationToken)
    {
        var counted = (await cases.CountsAsync(cancellationToken)).ToDictionary(c => (c.Kind, c.Outcome), c => c.Cases);
        return new ComplaintCounts(calendar.Local(calendar.Now), [.. CaseRules.Kinds.Select(k => new ComplaintCount(
            k, Of(k, CaseOutcome.None), Of(k, CaseOutcome.Founded), Of(k, CaseOutcome.PartlyFounded), Of(k, CaseOutcome.Unfounded), Of(k, CaseOutcome.NotProvable), Of(k, CaseOutcome.Withdrawn)))]);

        int Of(CaseKind kind, CaseOutcome outcome) => counted.GetValueOrDefault((kind, outcome));
    }

    /// <summary>The masked list of a pharmacy in a round; <see cref="Refusal.NotPublished"/> before it is public, <see cref="Refusal.ListRemoved"/> after its time.</summary>
    public Task<(Refusal Refusal, PublicList? List)> ListAsync(DateOnly date, string code, CancellationToken cancellationToken) =>
        database.ReadRecentAsync((connection, _) => ListAsync(connection, date, code), cancellationToken);

    private async Task<(Refusal Refusal, PublicList? List)> ListAsync(DbConnection connection, DateOnly date, string code)
    {
        if (await rounds.FindAsync(connection, null, date) is not { } round) return (Refusal.UnknownRound, null);
        var pharmacy = await connection.ExecuteScalarAsync<long?>("SELECT id FROM pharmacy WHERE code = @code", new { code });
        if (pharmacy is null) return (Refusal.UnknownPharmacy, null);
        if (round.PublishedAt is not { } publishedAt) return (Refusal.NotPublished, null);
        if (!round.KeepsPersonalData(calendar.Today)) return (Refusal.ListRemoved, null);
        var entries = await connection.QueryAsync<ListRow>(
            """
            SELECT e.serial, e.name, e.id_number, b.status, g.code AS other_code, g.name AS other_name, CASE WHEN b.pickup_date > @PickupDate THEN b.pickup_date END AS moved_to,
                   CASE WHEN b.is_moved = 1 OR v.booking_id IS NOT NULL THEN b.slot_starts_at ELSE e.slot_starts_at END AS slot_starts_at,
                   CASE WHEN b.is_moved = 1 OR v.booking_id IS NOT NULL THEN b.slot_ends_at ELSE e.slot_ends_at END AS slot_ends_at,
                   e.slot_starts_at AS listed_starts_at, e.slot_ends_at AS listed_ends_at
              FROM published_entry e
              LEFT JOIN booking own    ON own.round_date = e.round_date AND own.pharmacy_id = e.pharmacy_id AND own.serial = e.serial
              LEFT JOIN booking_move v ON v.round_date = e.round_date AND v.from_pharmacy_id = e.pharmacy_id AND v.from_serial = e.serial AND v.moved_at IS NOT NULL
              JOIN booking_pickup b    ON b.id = COALESCE(v.booking_id, own.id)
              LEFT JOIN pharmacy g     ON g.id = b.pharmacy_id AND g.id <> e.pharmacy_id
             WHERE e.round_date = @date AND e.pharmacy_id = @pharmacy
             ORDER BY e.serial
            """,
            new { date, pharmacy, round.PickupDate });
        return (Refusal.None, new PublicList(date, code, calendar.Local(publishedAt), [.. entries.Select(Entry)]));
    }

    /// <summary>The directory of pharmacies, those that left the scheme with their status.</summary>
    public async Task<PharmacyDirectory> PharmaciesAsync(CancellationToken cancellationToken) => new(
        await database.QueryAsync<DirectoryLine>(
            "SELECT code, name, address, district, latitude, longitude, phone, status, joins_on AS joins FROM pharmacy ORDER BY code",
            cancellationToken: cancellationToken));

    public Task<DirectoryLine?> PharmacyAsync(string code, CancellationToken cancellationToken) => database.QueryOneAsync<DirectoryLine>(
        "SELECT code, name, address, district, latitude, longitude, phone, status, joins_on AS joins FROM pharmacy WHERE code = @code",
        new { code },
        cancellationToken);

    /// <summary>The places of a pharmacy in a round as its bookings found them, whatever became of it afterwards.</summary>
    public async Task<int> PlacesAsync(DateOnly round, string code, CancellationToken cancellationToken) => await database.ScalarAsync<int?>(
        "SELECT SUM(q.planned + q.carried_in) FROM quota q JOIN pharmacy p ON p.id = q.pharmacy_id WHERE q.round_date = @round AND p.code = @code", new { round, code }, cancellationToken) ?? 0;

    private PublicEntry Entry(ListRow row)
    {
        var (slot, listed) = (Slot(row.SlotStartsAt, row.SlotEndsAt), Slot(row.ListedStartsAt, row.ListedEndsAt));
        return new PublicEntry(row.Serial, row.Name, row.IdNumber, slot, row.Status, row.MovedTo)
        {
            Pharmacy = row is { OtherCode: { } code, OtherName: { } name } ? new PublicPlace(code, name) : null,
            ListedSlot = listed == slot ? null : listed,
        };
    }

    private PublicSlot? Slot(DateTimeOffset? from, DateTimeOffset? to) =>
        from is { } starts && to is { } ends ? new PublicSlot(calendar.Local(starts), calendar.Local(ends)) : null;

    private sealed class TrendRow
    {
        public DateOnly RoundDate { get; init; }
        public int Places { get; init; }
        public int Taken { get; init; }
        public int Redeemed { get; init; }
        public int Lapsed { get; init; }
        public int Cancelled { get; init; }
    }

    private sealed class ListRow
    {
        public DateOnly? MovedTo { get; init; }
        public int Serial { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }
        public DateTimeOffset? ListedStartsAt { get; init; }
        public DateTimeOffset? ListedEndsAt { get; init; }
        public BookingStatus Status { get; init; }
        public string? OtherCode { get; init; }
        public string? OtherName { get; init; }
    }
}
