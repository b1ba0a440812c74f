using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Bookings;

/// <summary>One attempt to book, as it waits at the desk, under the caller's own id of it.</summary>
public sealed record BookingRequest(long AccountId, long ResidentId, string PharmacyCode, string RequestId)
{
    /// <summary>The request id made unique over accounts.</summary>
    public (long AccountId, string RequestId) Key => (AccountId, RequestId);
}

/// <summary>The desk's answer to one attempt: a booking, which the same request may have made before, or why not and, for a cooldown, the first free day.</summary>
/// <remarks>Elsewhere: the booking that speaks against it is another account's, of which nothing is told.</remarks>
public sealed record BookingAnswer(Refusal Refusal, BookingRow? Booking = null, bool Repeated = false, DateOnly? BookableFrom = null, bool Elsewhere = false)
{
    /// <summary>The booking's line among those that its commit added to the public log; null where it has none, or was made before.</summary>
    public LoggedBooking? Line { get; init; }
}

/// <summary>A booking's line of the public log, by its place among those of its commit, and the salt by which its person can show that it is theirs.</summary>
public sealed record LoggedBooking(LoggedLines Lines, int Place, Hash Salt)
{
    public string Receipt => Lines.Receipt(Place, Salt);
}

/// <summary>A booking as residents and the desk see it.</summary>
public sealed record BookingRow
{
    public long Id { get; init; }
    public string Number { get; init; } = "";
    public string RequestId { get; init; } = "";
    public DateOnly RoundDate { get; init; }

    /// <summary>The booking's own day, which may have moved.</summary>
    public DateOnly PickupDate { get; init; }

    /// <summary>Whether the pickup has moved to a later day than the round's.</summary>
    public bool IsMoved { get; init; }

    /// <summary>The end of a pickup that has moved. On a later day than <see cref="PickupDate"/> where goods came after all and both days serve it.</summary>
    public DateTimeOffset? MovedUntil { get; init; }

    /// <summary>Until when it may be collected, at its pharmacy and on its day.</summary>
    public DateTimeOffset PickupUntil { get; init; }

    /// <summary>Whether it was settled only after its whole round had been annulled.</summary>
    public bool EndedByAnnulment { get; init; }

    /// <summary>Whether it ended with its whole round.</summary>
    public bool IsRoundAnnulled => EndedByAnnulment && Status == BookingStatus.Cancelled;

    public long PharmacyId { get; init; }
    public string PharmacyCode { get; init; } = "";
    public int WindowIndex { get; init; }
    public int Serial { get; init; }
    public long AccountId { get; init; }
    public long ResidentId { get; init; }
    public string PersonHash { get; init; } = "";
    public long PolicyId { get; init; }
    public int Units { get; init; }
    public int UnitPriceFen { get; init; }
    public BookingStatus Status { get; init; }
    public DateTimeOffset? SlotStartsAt { get; init; }
    public DateTimeOffset? SlotEndsAt { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the registry said of a booking that was made without its word; null where it was made with it.</summary>
    public ProvisionalOutcome? Outcome { get; init; }

    /// <summary>The request that made it.</summary>
    public (long AccountId, string RequestId) Request => (AccountId, RequestId);

    /// <summary>Whether it stands only until the registry has answered.</summary>
    public bool Provisional => Outcome == ProvisionalOutcome.Waiting;

    /// <summary>The assigned slot, once there is one.</summary>
    public PickupSlot? Slot => SlotStartsAt is { } start && SlotEndsAt is { } end ? new PickupSlot(start, end) : null;
}
