using WeChatMask.Domain;

namespace WeChatMask.OpenData;

/// <summary>All rounds.</summary>
public sealed record RoundList(IReadOnlyList<RoundLine> Rounds);

/// <summary>One round in the list, with the visits of its booking day as far as they are counted.</summary>
public sealed record RoundLine(DateOnly Date, DateOnly PickupDate, RoundPhase Phase, long Visits);

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
