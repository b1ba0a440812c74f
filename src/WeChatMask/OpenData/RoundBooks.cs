using System.Text.Json.Serialization;
using WeChatMask.Domain;

namespace WeChatMask.OpenData;

/// <summary>Quota notice and reconciliation of a round, with the visits of its booking day and, once there is one, the state of its daily report.</summary>
public sealed record RoundBooks(
    DateOnly Date, DateOnly PickupDate, RoundPhase Phase, IReadOnlyList<PharmacyBooks> Pharmacies, Balance Totals,
    IReadOnlyList<WindowHoursBooks> Windows, long Visits, ReportState? Report = null)
{
    /// <summary>The instant of its figures.</summary>
    [JsonIgnore]
    public DateTimeOffset AsOf { get; init; }

    [JsonIgnore]
    public bool IsPickupOver { get; init; }

    /// <summary>Whether its end is written, so that there may be a report.</summary>
    [JsonIgnore]
    public bool HasEnded { get; init; }

    /// <summary>Whether the round has closed: only then something goes on to the next.</summary>
    [JsonIgnore]
    public bool HasClosed => Phase >= RoundPhase.Closed;
}

/// <summary>When a window of the round takes bookings.</summary>
public sealed record WindowHoursBooks(int Index, DateTimeOffset OpensAt, DateTimeOffset ClosesAt);

/// <summary>The books of one pharmacy, its figures among them.</summary>
public sealed record PharmacyBooks(
    string Code, string Name, int Planned, int CarriedIn, int Left, int Booked, int Redeemed, int Lapsed, int Cancelled,
    IReadOnlyList<WindowBooks> Windows, IReadOnlyList<CarriedBooks> CarriedFrom)
    : Balance(Planned, CarriedIn, Left, Booked, Redeemed, Lapsed, Cancelled)
{
    /// <summary>The figures by their names in JSON, in the order in which tables have them.</summary>
    internal static readonly (string Name, Func<Balance, int> Of)[] Figures =
    [
        ("planned", b => b.Planned), ("carriedIn", b => b.CarriedIn), ("places", b => b.Places), ("booked", b => b.Booked), ("left", b => b.Left),
        ("redeemed", b => b.Redeemed), ("lapsed", b => b.Lapsed), ("cancelled", b => b.Cancelled), (CarriedOutName, b => b.CarriedOut),
        ("movedIn", b => b.MovedIn), ("movedOut", b => b.MovedOut),
    ];

    internal const string CarriedOutName = "carriedOut";
}

/// <summary>The carry-over by name: what came in from one earlier round, and why.</summary>
/// <remarks>In places: not booked, not collected, given back after the close, and more (below zero fewer) than planned by deliveries and losses.</remarks>
public sealed record CarriedBooks(DateOnly Date, int Left, int Lapsed, int Cancelled, int Difference);

/// <summary>One window: its own places, what rolled, and the bookings that hold a place of it.</summary>
public sealed record WindowBooks(int Index, int Places, int RolledIn, int RolledOut, int Booked);
