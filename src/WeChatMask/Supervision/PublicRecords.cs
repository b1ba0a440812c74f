using WeChatMask.Domain;

namespace WeChatMask.Supervision;

/// <summary>All rounds.</summary>
public sealed record RoundList(IReadOnlyList<RoundLine> Rounds);

/// <summary>One round in the list.</summary>
public sealed record RoundLine(DateOnly Date, DateOnly PickupDate, RoundPhase Phase);

/// <summary>Quota notice and reconciliation of a round, with the visits of its booking day.</summary>
public sealed record RoundBooks(
    DateOnly Date, DateOnly PickupDate, RoundPhase Phase, IReadOnlyList<PharmacyBooks> Pharmacies, BooksTotals Totals, long Visits);

/// <summary>The books of one pharmacy; see <see cref="Balance"/> for what must add up.</summary>
public sealed record PharmacyBooks(
    string Code, string Name, int Planned, int CarriedIn, int Places, int Booked, int Left, int Redeemed, int Lapsed, int Cancelled, int CarriedOut,
    IReadOnlyList<WindowBooks> Windows);

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

/// <summary>One masked line of a list.</summary>
public sealed record PublicEntry(int Serial, string Name, string IdNumber, PublicSlot? Slot, BookingStatus Status);

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
