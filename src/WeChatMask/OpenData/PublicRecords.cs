using WeChatMask.Domain;

namespace WeChatMask.OpenData;

/// <summary>All rounds.</summary>
public sealed record RoundList(IReadOnlyList<RoundLine> Rounds);

/// <summary>One round in the list, with the visits of its booking day as far as they are counted.</summary>
public sealed record RoundLine(DateOnly Date, DateOnly PickupDate, RoundPhase Phase, long Visits);

/// <summary>Quota notice and reconciliation of a round, with the visits of its booking day and, once there is one, the state of its daily report.</summary>
public sealed record RoundBooks(
    DateOnly Date, DateOnly PickupDate, RoundPhase Phase, IReadOnlyList<PharmacyBooks> Pharmacies, BooksTotals Totals,
    IReadOnlyList<WindowHoursBooks> Windows, long Visits, ReportState? Report = null);

/// <summary>When a window of the round takes bookings.</summary>
public sealed record WindowHoursBooks(int Index, DateTimeOffset OpensAt, DateTimeOffset ClosesAt);

/// <summary>The books of one pharmacy; see <see cref="Balance"/> for what must add up.</summary>
public sealed record PharmacyBooks(
    string Code, string Name, int Planned, int CarriedIn, int Places, int Booked, int Left, int Redeemed, int Lapsed, int Cancelled, int CarriedOut,
    IReadOnlyList<WindowBooks> Windows, IReadOnlyList<CarriedBooks> CarriedFrom);

/// <summary>The carry-over by name: what came in from one earlier round, and why.</summary>
/// <param name="Date">The earlier round.</param>
/// <param name="Left">Places that nobody booked.</param>
/// <param name="Lapsed">Places that were not collected.</param>
/// <param name="Cancelled">Places given back after the close.</param>
/// <param name="Difference">Places more than planned, or below zero fewer, by deliveries and losses.</param>
public sealed record CarriedBooks(DateOnly Date, int Left, int Lapsed, int Cancelled, int Difference);

/// <summary>One window: its own places, what rolled, and the bookings that hold a place of it.</summary>
public sealed record WindowBooks(int Index, int Places, int RolledIn, int RolledOut, int Booked);

/// <summary>The books of all pharmacies together.</summary>
public sealed record BooksTotals(
    int Planned, int CarriedIn, int Places, int Booked, int Left, int Redeemed, int Lapsed, int Cancelled, int CarriedOut)
{
    /// <summary>Adds up.</summary>
    public static BooksTotals Of(IReadOnlyCollection<PharmacyBooks> p) => new(
        p.Sum(x => x.Planned), p.Sum(x => x.CarriedIn), p.Sum(x => x.Places), p.Sum(x => x.Booked), p.Sum(x => x.Left),
        p.Sum(x => x.Redeemed), p.Sum(x => x.Lapsed), p.Sum(x => x.Cancelled), p.Sum(x => x.CarriedOut));
}

/// <summary>A pharmacy's published list.</summary>
public sealed record PublicList(DateOnly Date, string PharmacyCode, DateTimeOffset PublishedAt, IReadOnlyList<PublicEntry> Entries);

/// <summary>One masked line of a list; one whose pickup had to move says to which day.</summary>
public sealed record PublicEntry(int Serial, string Name, string IdNumber, PublicSlot? Slot, BookingStatus Status, DateOnly? MovedTo);

/// <summary>A slot in a list.</summary>
public sealed record PublicSlot(DateTimeOffset StartsAt, DateTimeOffset EndsAt);

/// <summary>The open directory.</summary>
public sealed record PharmacyDirectory(IReadOnlyList<DirectoryLine> Pharmacies);

/// <summary>One pharmacy in the directory; its place in WGS-84.</summary>
public sealed record DirectoryLine
{
    public string Code { get; init; } = "";

    public string Name { get; init; } = "";

    public string Address { get; init; } = "";

    public string District { get; init; } = "";

    public double Latitude { get; init; }

    public double Longitude { get; init; }

    public string Phone { get; init; } = "";

    public PharmacyStatus Status { get; init; }

    public DateOnly Joins { get; init; }
}
