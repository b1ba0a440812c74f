using System.Text.Json.Serialization;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.OpenData;

/// <summary>All rounds.</summary>
public sealed record RoundList(IReadOnlyList<RoundLine> Rounds);

/// <summary>One round in the list, with the visits of its booking day as far as they are counted.</summary>
public sealed record RoundLine(DateOnly Date, DateOnly PickupDate, RoundPhase Phase, long Visits)
{
    [JsonIgnore]
    public bool IsPickupOver { get; init; }
}

/// <summary>A pharmacy's published list.</summary>
public sealed record PublicList(DateOnly Date, string PharmacyCode, DateTimeOffset PublishedAt, [property: JsonPropertyOrder(1)] IReadOnlyList<PublicEntry> Entries)
{
    /// <summary>The root over the rows as the public log has it; left out where the round is not in the log.</summary>
    public string? Root { get; init; }

    /// <summary>The line of the public log that says so, counted from 0.</summary>
    public long? LogIndex { get; init; }
}

/// <summary>One masked line of a list; one whose pickup had to move says to which day.</summary>
public sealed record PublicEntry(int Serial, string Name, string IdNumber, PublicSlot? Slot, BookingStatus Status, DateOnly? MovedTo)
{
    /// <summary>The pharmacy that has it now, where this one was withdrawn.</summary>
    public PublicPlace? Pharmacy { get; init; }

    /// <summary>The slot that the list came out with, where it is no longer the one shown.</summary>
    public PublicSlot? ListedSlot { get; init; }

    /// <summary>What is hashed with the row, in base64url; left out where the round is not in the public log.</summary>
    public string? RowSalt { get; init; }
}

/// <summary>A pharmacy by code and name.</summary>
public sealed record PublicPlace(string Code, string Name);

/// <summary>A slot in a list.</summary>
public sealed record PublicSlot(DateTimeOffset StartsAt, DateTimeOffset EndsAt);

/// <summary>How many complaints there were of each kind, and what came out, of all time.</summary>
public sealed record ComplaintCounts(DateTimeOffset AsOf, IReadOnlyList<ComplaintCount> Kinds);

/// <summary>Complaints of one kind. Open ones have no outcome yet; total counts all.</summary>
public sealed record ComplaintCount(CaseKind Kind, int Open, int Founded, int PartlyFounded, int Unfounded, int NotProvable, int Withdrawn)
{
    public int Total => Open + Founded + PartlyFounded + Unfounded + NotProvable + Withdrawn;
}

/// <summary>The open directory.</summary>
public sealed record PharmacyDirectory(IReadOnlyList<DirectoryLine> Pharmacies);

/// <summary>One pharmacy in the directory.</summary>
public sealed record DirectoryLine : PublicPharmacy
{
    // Behind what it inherits, as it has always been written.
    [JsonPropertyOrder(1)]
    public DateOnly Joins { get; init; }
}

/// <summary>One round in figures, to be set beside others: places, those that somebody took, and what became of them.</summary>
public sealed record RoundTrend(DateOnly Date, int Places, int Taken, int Redeemed, int Lapsed, int Cancelled);
