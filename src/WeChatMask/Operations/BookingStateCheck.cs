using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Holds against the log what became of a round's bookings: their state, their pickup's day, and what was handed over.</summary>
internal sealed class BookingStateCheck(LogCheckQueries queries, LogFindings findings, LoggedDetails details, IReadOnlySet<(DateOnly Round, string Code, long Serial)> misplaced)
{
    private RoundRow round = null!;
    private LoggedRound log = null!;

    public async Task RunAsync(RoundRow row, LoggedRound told)
    {
        (round, log) = (row, told);
        var met = new HashSet<(string Code, long Serial)>();
        List<BookingStateRow> booking = [];
        // Several rows are one booking's, each with one of its hand-overs.
        await foreach (var next in queries.StatesAsync(log.Day))
        {
            if (booking.Count > 0 && booking[0].Id != next.Id) Flush();
            booking.Add(next);
        }

        if (booking.Count > 0) Flush();
        foreach (var pharmacy in log.Pharmacies)
        {
            foreach (var (serial, status) in pharmacy.Bookings)
            {
                if (status != ReplayStatus.Transferred && !met.Contains((pharmacy.Code, serial)) && !IsMisplaced(pharmacy.Code, serial))
                    Add("booking", pharmacy.Code, serial, LogFinding.WholeRow, "missing", $"that it is {status}");
            }
        }

        void Flush()
        {
            met.Add((booking[0].Code, booking[0].Serial));
            Compare(booking);
            booking.Clear();
        }
    }

    private void Compare(List<BookingStateRow> booking)
    {
        var row = booking[0];
        if (IsMisplaced(row.Code, row.Serial)) return;
        if (log.Pharmacy(row.Code)?.Status(row.Serial) is not { } status)
        {
            Add("booking", row.Code, row.Serial, LogFinding.WholeRow, "there", "nothing of it");
            return;
        }

        var handOvers = booking.FindAll(b => b.Redemption is not null);
        if (Said(row) is var said && said != status && !IsPutAside(row, handOvers, status))
            Add("booking", row.Code, row.Serial, row.Status == BookingStatus.Cancelled && status is ReplayStatus.Cancelled or ReplayStatus.CancelledLate ? "cancelled_late" : "status", said, status);
        var told = details.HandOvers(log.Day, row.Code, row.Serial);
        CompareMove(row, wasTakenBack: told?.Voids > 0, hasLapsed: handOvers.Exists(IsTakenBackLate));
        CompareHandOvers(row, handOvers, told?.Units ?? (status == ReplayStatus.Given ? [log.Units] : []), told?.Voids ?? 0);
    }

    /// <summary>What a row would be in the log.</summary>
    private ReplayStatus Said(BookingStateRow row) => row.Status switch
    {
        // The whole round is void at once, its rows one after another.
        BookingStatus.Booked when log.IsAnnulled => ReplayStatus.CancelledLate,
        BookingStatus.Booked => row.PickupDate is null ? ReplayStatus.Booked : ReplayStatus.Moved,
        BookingStatus.Redeemed => ReplayStatus.Given,
        BookingStatus.Lapsed => ReplayStatus.Lapsed,
        BookingStatus.Cancelled when !row.CancelledLate => ReplayStatus.Cancelled,
        // What has moved cannot be cancelled in the log: it lapses there, once the round is over.
        BookingStatus.Cancelled when row.PickupDate is not null => round.EndedAt is null ? ReplayStatus.Moved : ReplayStatus.Lapsed,
        BookingStatus.Cancelled => ReplayStatus.CancelledLate,
        _ => (ReplayStatus)(-1),
    };

    /// <summary>A hand-over that was taken back after the round's end has lapsed in the log, and waits here until its own day is over.</summary>
    private bool IsPutAside(BookingStateRow row, List<BookingStateRow> handOvers, ReplayStatus status) =>
        status == ReplayStatus.Lapsed && row is { Status: BookingStatus.Booked, PickupDate: not null } && handOvers.Exists(IsTakenBackLate);

    private bool IsTakenBackLate(BookingStateRow handOver) => handOver.VoidedAt >= round.EndedAt;

    private void CompareMove(BookingStateRow row, bool wasTakenBack, bool hasLapsed)
    {
        var told = details.MovedTo(log.Day, row.Code, row.Serial)?.Column();
        if (row.PickupDate is not { } day)
        {
            if (told is not null) Add("moved_pickup", row.Code, row.Serial, LogFinding.WholeRow, "missing", $"that it is on {told}");
            return;
        }

        if (told is null)
        {
            Add("moved_pickup", row.Code, row.Serial, LogFinding.WholeRow, "there", "nothing of it");
            return;
        }

        // What came back to its day may be collected the next day too, and that one is told when a hand-over is taken back.
        var orNext = wasTakenBack && DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date.AddDays(1).Column() : day;
        // Where it goes after it has lapsed in the log is not told any more.
        if (told != day && told != orNext && !hasLapsed) Add("moved_pickup", row.Code, row.Serial, "pickup_date", day, told);
        if (row.MovedRound != log.Day.Column()) Add("moved_pickup", row.Code, row.Serial, "round_date", row.MovedRound, log.Day);
        if (row.MovedPharmacy != row.PharmacyId) Add("moved_pickup", row.Code, row.Serial, "pharmacy_id", row.MovedPharmacy, $"{row.Code}, which is {row.PharmacyId}");
    }

    private void CompareHandOvers(BookingStateRow row, List<BookingStateRow> handOvers, List<long> units, int voids)
    {
        if (handOvers.Count != units.Count) Add("redemption", row.Code, row.Serial, LogFinding.WholeRow, $"there {handOvers.Count} times", $"that it was handed over {units.Count} times");
        for (var i = 0; i < Math.Min(units.Count, handOvers.Count); i++)
        {
            var made = handOvers[i];
            if (made.Units != units[i]) Add("redemption", row.Code, row.Serial, "units", made.Units, units[i]);
            if (made.RedeemedRound != log.Day.Column()) Add("redemption", row.Code, row.Serial, "round_date", made.RedeemedRound, log.Day);
            // One that was taken back may have been another pharmacy's, before the booking went to this one.
            if (made.VoidedAt is null && made.RedeemedPharmacy != row.PharmacyId) Add("redemption", row.Code, row.Serial, "pharmacy_id", made.RedeemedPharmacy, $"{row.Code}, which is {row.PharmacyId}");
        }

        var taken = handOvers.Count(h => h.VoidedAt is not null);
        if (taken != voids) Add("redemption", row.Code, row.Serial, "voided_at", $"set {taken} times", $"that it was taken back {voids} times");
    }

    private bool IsMisplaced(string code, long serial) => misplaced.Contains((log.Day, code, serial));

    private void Add(string table, string code, long serial, string column, object? row, object? said) => findings.AddOf(table, log.Day, code, serial, column, row, said);
}
