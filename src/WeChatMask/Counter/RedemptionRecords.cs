using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>A checked attempt at the counter: what was shown, by whom, for how many.</summary>
/// <param name="Forged">A voucher was shown whose signature does not hold.</param>
/// <param name="Number">The booking number of the voucher or as typed; null when it cannot be one.</param>
/// <param name="ByVoucher">The number comes from a genuine voucher, which proves it.</param>
/// <param name="LastFour">Last four characters of the card, in capitals, when given.</param>
/// <param name="Proxy">Who collects for the booker, or null.</param>
/// <param name="RequestId">The caller's own id of the attempt.</param>
/// <param name="Units">How many are handed over; null for all that were booked.</param>
public sealed record CounterAttempt(
    bool Forged, string? Number, bool ByVoucher, string? LastFour, CounterProxy? Proxy, string RequestId, int? Units);

/// <summary>A person who collects for another, as read from their card.</summary>
/// <param name="Name">Personal.</param>
/// <param name="IdentityNumber">Personal.</param>
/// <param name="Hash">The keyed hash by which hand-overs are counted.</param>
public sealed record CounterProxy(PersonName Name, IdentityNumber IdentityNumber, string Hash);

/// <summary>The store's answer: a refused request, or a verdict with the booking as far as it may be shown.</summary>
/// <param name="Refusal">Why the request itself cannot be judged, or <see cref="Refusal.None"/>.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Booking">The booking; shown only after identity holds.</param>
/// <param name="Units">Units that were, or would be, handed over.</param>
/// <param name="OutsideSlot">Whether this is outside the booking's own pickup slot.</param>
public sealed record CounterAnswer(Refusal Refusal, Verdict Verdict, CounterBookingRow? Booking = null, int Units = 0, bool OutsideSlot = false);

/// <summary>What came of taking a hand-over back.</summary>
public sealed record VoidAnswer(Refusal Refusal, BookingStatus Status = BookingStatus.Booked);

/// <summary>A booking as the counter judges it, with its hand-over when there is one.</summary>
public sealed class CounterBookingRow
{
    public long Id { get; init; }

    public string Number { get; init; } = "";

    public int Serial { get; init; }

    public DateOnly RoundDate { get; init; }

    /// <summary>The booking's own day, which may have moved.</summary>
    public DateOnly PickupDate { get; init; }

    /// <summary>Whether the pickup has moved to a later day than the round's.</summary>
    public bool IsMoved { get; init; }

    public long PharmacyId { get; init; }

    public long PolicyId { get; init; }

    public string? PersonHash { get; init; }

    public int Units { get; init; }

    public int UnitPriceFen { get; init; }

    public BookingStatus Status { get; init; }

    public DateTimeOffset? SlotStartsAt { get; init; }

    public DateTimeOffset? SlotEndsAt { get; init; }

    public DateTimeOffset PickupOpensAt { get; init; }

    public DateTimeOffset PickupClosesAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Encrypted; empty when the keeping time is over.</summary>
    public string Name { get; init; } = "";

    /// <summary>Encrypted; empty when the keeping time is over.</summary>
    public string IdNumber { get; init; } = "";

    public long? RedemptionId { get; init; }

    public string? RequestKey { get; init; }

    public int? RedeemedUnits { get; init; }

    public bool? RedeemedOutsideSlot { get; init; }

    public DateTimeOffset? RedeemedAt { get; init; }

    public string? ProxyHash { get; init; }

    public bool? ProxyCounted { get; init; }

    /// <summary>The assigned slot, once there is one.</summary>
    public PickupSlot? Slot => SlotStartsAt is { } start && SlotEndsAt is { } end ? new PickupSlot(start, end) : null;
}
