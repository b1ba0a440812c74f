using WeChatMask.Domain;

namespace WeChatMask.Counter;

/// <summary>A booking as the counter judges it, with its hand-over when there is one. Names and numbers are encrypted, and empty when the keeping time is over.</summary>
public sealed record CounterBooking
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
    public string PharmacyCode { get; init; } = "";
    public string PharmacyName { get; init; } = "";
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
    public DateTimeOffset? RoundAnnulledAt { get; init; }
    public string Name { get; init; } = "";
    public string IdNumber { get; init; } = "";
    public long? RedemptionId { get; init; }
    public int? RedeemedUnits { get; init; }
    public bool? RedeemedOutsideSlot { get; init; }
    public DateTimeOffset? RedeemedAt { get; init; }
    public string? ProxyHash { get; init; }
    public bool? ProxyCounted { get; init; }

    /// <summary>The assigned slot, once there is one.</summary>
    public PickupSlot? Slot => SlotStartsAt is { } start && SlotEndsAt is { } end ? new PickupSlot(start, end) : null;

    public override string ToString() => nameof(CounterBooking);
}
