using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Reads what everybody may know: quotas, the books of each round, the masked lists, the directory.</summary>
public sealed class PublicQueries(Database database, RoundQueries rounds, VisitStore visits, DayReportQueries reports, CityCalendar calendar)
{
    private const int RoundsShown = 400;

    /// <summary>All rounds, newest first.</summary>
    public async Task<RoundList> RoundsAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var newest = await rounds.NewestAsync(RoundsShown, cancellationToken);
        if (newest.Count == 0) return new RoundList([]);
        var counted = await visits.SinceAsync(newest[^1].Date, cancellationToken);
        return new RoundList([.. newest.Select(r => new RoundLine(r.Date, r.PickupDate, r.PhaseAt(now), counted.GetValueOrDefault(r.Date)))]);
    }

    /// <summary>Quota notice and reconciliation of one round.</summary>
    public async Task<RoundBooks?> BooksAsync(DateOnly date, CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        if (await rounds.FindAsync(date, cancellationToken) is not { } round) return null;
        var rows = await database.QueryAsync<BooksRow>(
            """
            SELECT q.pharmacy_id, p.code, p.name, t.redeemed, t.lapsed, t.cancelled_late,
                   q.window_index, q.planned, q.carried_in, q.rolled_in, q.rolled_out, q.taken
              FROM quota q
              JOIN pharmacy p       ON p.id = q.pharmacy_id
              JOIN pharmacy_round t ON t.round_date = q.round_date AND t.pharmacy_id = q.pharmacy_id
             WHERE q.round_date = @date
             ORDER BY p.code, q.window_index
            """,
            new { date },
            cancellationToken);
        var window = (round.Times.PresentOrNext(now) ?? round.Times.Windows[^1]).Index;
        var carried = (await CarriedAsync(date, cancellationToken)).ToLookup(c => c.PharmacyId);
        var pharmacies = rows.GroupBy(r => r.PharmacyId).Select(g => Pharmacy([.. g], window, carried[g.Key])).ToList();
        return new RoundBooks(
            round.Date, round.PickupDate, round.PhaseAt(now), pharmacies, BooksTotals.Of(pharmacies),
            [.. round.Times.Windows.Select(w => new WindowHoursBooks(w.Index, calendar.Local(w.OpensAt), calendar.Local(w.ClosesAt)))],
            await visits.OfAsync(date, cancellationToken),
            round.EndedAt is null ? null : await reports.StateAsync(date, cancellationToken));
    }

    /// <summary>The masked list of a pharmacy in a round; <see cref="Refusal.NotPublished"/> before it is public, <see cref="Refusal.ListRemoved"/> after its time.</summary>
    public async Task<(Refusal Refusal, PublicList? List)> ListAsync(DateOnly date, string code, CancellationToken cancellationToken)
    {
        if (await rounds.FindAsync(date, cancellationToken) is not { } round) return (Refusal.UnknownRound, null);
        var pharmacy = await database.ScalarAsync<long?>("SELECT id FROM pharmacy WHERE code = @code", new { code }, cancellationToken);
        if (pharmacy is null) return (Refusal.UnknownPharmacy, null);
        if (round.PublishedAt is not { } publishedAt) return (Refusal.NotPublished, null);
        if (!round.KeepsPersonalData(calendar.Today)) return (Refusal.ListRemoved, null);
        var entries = await database.QueryAsync<ListRow>(
            """
            SELECT e.serial, e.name, e.id_number, b.status, CASE WHEN b.pickup_date > @PickupDate THEN b.pickup_date END AS moved_to,
                   CASE WHEN b.is_moved = 1 THEN b.slot_starts_at ELSE e.slot_starts_at END AS slot_starts_at,
                   CASE WHEN b.is_moved = 1 THEN b.slot_ends_at ELSE e.slot_ends_at END AS slot_ends_at
              FROM published_entry e
              JOIN booking_pickup b ON b.round_date = e.round_date AND b.pharmacy_id = e.pharmacy_id AND b.serial = e.serial
             WHERE e.round_date = @date AND e.pharmacy_id = @pharmacy
             ORDER BY e.serial
            """,
            new { date, pharmacy, round.PickupDate },
            cancellationToken);
        return (Refusal.None, new PublicList(date, code, calendar.Local(publishedAt), [.. entries.Select(Entry)]));
    }

    /// <summary>The directory of pharmacies, those that left the scheme with their status.</summary>
    public async Task<PharmacyDirectory> PharmaciesAsync(CancellationToken cancellationToken) => new(
        await database.QueryAsync<DirectoryLine>(
            "SELECT code, name, address, district, latitude, longitude, phone, status, joins_on AS joins FROM pharmacy ORDER BY code",
            cancellationToken: cancellationToken));

    /// <summary>One pharmacy of the directory by its code.</summary>
    public Task<DirectoryLine?> PharmacyAsync(string code, CancellationToken cancellationToken) => database.QueryOneAsync<DirectoryLine>(
        "SELECT code, name, address, district, latitude, longitude, phone, status, joins_on AS joins FROM pharmacy WHERE code = @code",
        new { code },
        cancellationToken);

    private PublicEntry Entry(ListRow row) => new(
        row.Serial, row.Name, row.IdNumber,
        row.SlotStartsAt is { } from && row.SlotEndsAt is { } to ? new PublicSlot(calendar.Local(from), calendar.Local(to)) : null,
        row.Status, row.MovedTo);

    private static PharmacyBooks Pharmacy(IReadOnlyList<BooksRow> rows, int window, IEnumerable<CarriedRow> carried)
    {
        var places = rows.Select(r => r.ToPlaces()).ToList();
        QuotaLedger.RollUpTo(places, window);
        var part = new PharmacyRound
        {
            PharmacyId = rows[0].PharmacyId, Redeemed = rows[0].Redeemed, Lapsed = rows[0].Lapsed,
            CancelledLate = rows[0].CancelledLate, Windows = places,
        };
        var b = part.Balance;
        return new PharmacyBooks(
            rows[0].Code, rows[0].Name, b.Planned, b.CarriedIn, b.Places, b.Booked, b.Left, b.Redeemed, b.Lapsed, b.Cancelled, b.CarriedOut,
            [.. places.Select(w => new WindowBooks(w.Window, w.Places, w.RolledIn, w.RolledOut, w.Taken))],
            [.. carried.Select(c => new CarriedBooks(c.FromRound, c.LeftOver, c.Lapsed, c.Cancelled, c.Difference))]);
    }

    /// <summary>Where what a round was given comes from: by pharmacy and round, and why.</summary>
    private Task<List<CarriedRow>> CarriedAsync(DateOnly date, CancellationToken cancellationToken) => database.QueryAsync<CarriedRow>(
        """
        SELECT pharmacy_id, from_round, SUM(left_over) AS left_over, SUM(lapsed) AS lapsed, SUM(cancelled) AS cancelled,
               SUM(difference + converted) AS difference
          FROM carry_over
         WHERE to_round = @date
         GROUP BY pharmacy_id, from_round
        HAVING SUM(left_over) <> 0 OR SUM(lapsed) <> 0 OR SUM(cancelled) <> 0 OR SUM(difference + converted) <> 0
         ORDER BY pharmacy_id, from_round
        """,
        new { date },
        cancellationToken);

    private sealed class BooksRow : QuotaRow
    {
        public string Code { get; init; } = "";

        public string Name { get; init; } = "";

        public int Redeemed { get; init; }

        public int Lapsed { get; init; }

        public int CancelledLate { get; init; }
    }

    private sealed class CarriedRow
    {
        public long PharmacyId { get; init; }

        public DateOnly FromRound { get; init; }

        public int LeftOver { get; init; }

        public int Lapsed { get; init; }

        public int Cancelled { get; init; }

        public int Difference { get; init; }
    }

    private sealed class ListRow
    {
        public DateOnly? MovedTo { get; init; }

        public int Serial { get; init; }

        public string Name { get; init; } = "";

        public string IdNumber { get; init; } = "";

        public DateTimeOffset? SlotStartsAt { get; init; }

        public DateTimeOffset? SlotEndsAt { get; init; }

        public BookingStatus Status { get; init; }
    }
}
