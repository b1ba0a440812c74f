using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Reads the books of a round, which open data, the notices and the daily reports share: quota notice and reconciliation.</summary>
public sealed class BooksQueries(Database database, RoundQueries rounds, DayReportQueries reports, CityCalendar calendar)
{
    /// <summary>The books of one round as of now, or none.</summary>
    public async Task<RoundBooks?> OfAsync(DateOnly date, CancellationToken cancellationToken) =>
        await WithReportAsync(await database.ReadAsync(connection => ReadAsync(connection, date, TimeSpan.Zero), cancellationToken), cancellationToken);

    /// <summary>The same for who only shows them: they may be a moment old, and say of when they are.</summary>
    public async Task<RoundBooks?> RecentAsync(DateOnly date, CancellationToken cancellationToken) =>
        await WithReportAsync(await database.ReadRecentAsync((connection, age) => ReadAsync(connection, date, age), cancellationToken), cancellationToken);

    // The board's version does not count a report, so a standby cannot vouch for it.
    private async Task<RoundBooks?> WithReportAsync(RoundBooks? books, CancellationToken cancellationToken) =>
        books is { HasEnded: true } ? books with { Report = await reports.StateAsync(books.Date, cancellationToken) } : books;

    private async Task<RoundBooks?> ReadAsync(DbConnection connection, DateOnly date, TimeSpan age)
    {
        var now = calendar.Now;
        if (await rounds.FindAsync(connection, null, date) is not { } round) return null;
        var rows = await connection.QueryAsync<BooksRow>(
            """
            SELECT q.pharmacy_id, p.code, p.name, t.redeemed, t.lapsed, t.cancelled_late,
                   q.window_index, q.planned, q.carried_in, q.rolled_in, q.rolled_out, q.moved_in, q.moved_out, q.taken
              FROM quota q
              JOIN pharmacy p       ON p.id = q.pharmacy_id
              JOIN pharmacy_round t ON t.round_date = q.round_date AND t.pharmacy_id = q.pharmacy_id
             WHERE q.round_date = @date
             ORDER BY p.code, q.window_index
            """,
            new { date });
        var window = (round.Times.PresentOrNext(now) ?? round.Times.Windows[^1]).Index;
        var carried = (await CarriedAsync(connection, date)).ToLookup(c => c.PharmacyId);
        var pharmacies = rows.GroupBy(r => r.PharmacyId).Select(g => Pharmacy([.. g], window, carried[g.Key])).ToList();
        return new RoundBooks(
            round.Date, round.PickupDate, round.PhaseAt(now), pharmacies, Balance.Sum(pharmacies),
            [.. round.Times.Windows.Select(w => new WindowHoursBooks(w.Index, calendar.Local(w.OpensAt), calendar.Local(w.ClosesAt)))],
            await VisitStore.OfAsync(connection, date))
        {
            AsOf = calendar.Local(now - age),
            HasEnded = round.EndedAt is not null,
            IsPickupOver = round.IsPickupOver(now),
        };
    }

    private static PharmacyBooks Pharmacy(IReadOnlyList<BooksRow> rows, int window, IEnumerable<CarriedRow> carried)
    {
        var places = rows.Select(r => r.ToPlaces()).ToList();
        QuotaLedger.RollUpTo(places, window);
        var part = new PharmacyRound { Redeemed = rows[0].Redeemed, Lapsed = rows[0].Lapsed, CancelledLate = rows[0].CancelledLate, Windows = places };
        var b = part.Balance;
        return new PharmacyBooks(
            rows[0].Code, rows[0].Name, b.Planned, b.CarriedIn, b.Left, b.Booked, b.Redeemed, b.Lapsed, b.Cancelled,
            [.. places.Select(w => new WindowBooks(w.Window, w.Places, w.RolledIn, w.RolledOut, w.Taken))],
            [.. carried.Select(c => new CarriedBooks(c.FromRound, c.LeftOver, c.Lapsed, c.Cancelled, c.Difference))])
        {
            MovedIn = b.MovedIn, MovedOut = b.MovedOut,
        };
    }

    /// <summary>Where what a round was given comes from: by pharmacy and round, and why.</summary>
    private static Task<IEnumerable<CarriedRow>> CarriedAsync(DbConnection connection, DateOnly date) => connection.QueryAsync<CarriedRow>(
        """
        SELECT pharmacy_id, from_round, SUM(left_over) AS left_over, SUM(lapsed) AS lapsed, SUM(cancelled) AS cancelled,
               SUM(difference + converted) AS difference
          FROM carry_over
         WHERE to_round = @date
         GROUP BY pharmacy_id, from_round
        HAVING SUM(left_over) <> 0 OR SUM(lapsed) <> 0 OR SUM(cancelled) <> 0 OR SUM(difference + converted) <> 0
         ORDER BY pharmacy_id, from_round
        """,
        new { date });

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
}
