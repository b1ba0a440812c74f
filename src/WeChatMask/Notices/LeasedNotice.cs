using WeChatMask.Domain;

namespace WeChatMask.Notices;

/// <summary>A notice under this sender's lease, with all that its text and its way need.</summary>
public sealed class LeasedNotice
{
    public long Id { get; init; }

    public string Lease { get; init; } = "";

    /// <summary>Until when no other sender touches it.</summary>
    public DateTimeOffset LeasedUntil { get; init; }

    public NoticeKind Kind { get; init; }
    public DateOnly RoundDate { get; init; }
    public int Attempts { get; init; }
    public bool MaybeRepeated { get; init; }

    /// <summary>Since when it is not known whether it went out.</summary>
    public DateTimeOffset? DoubtfulSince { get; init; }

    /// <summary>The vendor whose answer was lost, if that is known.</summary>
    public string? DoubtfulAt { get; init; }

    /// <summary>The last day on which it was counted against its number's share.</summary>
    public DateOnly? CountedOn { get; init; }

    public DateOnly PickupDate { get; init; }
    public DateTimeOffset PickupOpensAt { get; init; }
    public DateTimeOffset PickupClosesAt { get; init; }
    public long PolicyId { get; init; }
    public long PharmacyId { get; init; }
    public string PharmacyName { get; init; } = "";
    public string PharmacyAddress { get; init; } = "";

    /// <summary>The pharmacy's number, encrypted; empty when there is none.</summary>
    public string ContactMobile { get; init; } = "";

    /// <summary>None for a pharmacy's notice, whose booking's other values are empty or 0 too.</summary>
    public BookingStatus? BookingStatus { get; init; }

    /// <summary>The day from which the booker may book again, where the notice tells it and they have not booked since.</summary>
    public DateOnly? BookableFrom { get; set; }

    /// <summary>The published round's code in the public log; null before that, and of a round that is not in it.</summary>
    public string? Record { get; set; }

    public string Number { get; init; } = "";
    public int Serial { get; init; }
    public int Units { get; init; }
    public int UnitPriceFen { get; init; }
    public DateTimeOffset? SlotStartsAt { get; init; }
    public DateTimeOffset? SlotEndsAt { get; init; }

    /// <summary>The booker's number, encrypted; empty when it has been destroyed.</summary>
    public string Mobile { get; init; } = "";

    /// <summary>What the registry gave as its reason, where it refuses the person.</summary>
    public string? RefusedFor { get; init; }

    /// <summary>Another account than the booker's, which is told instead; null for the booker.</summary>
    public long? AccountId { get; init; }

    /// <summary>Units and time of the hand-over that is told of, and since when it is taken back.</summary>
    public int? HandedOverUnits { get; init; }
    public DateTimeOffset? HandedOverAt { get; init; }
    public DateTimeOffset? VoidedAt { get; init; }

    /// <summary>Why the round was annulled, or its pickup day moved by a supervisor; null where it was not.</summary>
    public string? AnnulReason { get; init; }
    public string? MoveReason { get; init; }

    /// <summary>Why its pharmacy was withdrawn and another has the booking.</summary>
    public string? WithdrawReason { get; init; }

    /// <summary>The number of the case that is told of, else empty.</summary>
    public string CaseNumber { get; init; } = "";

    /// <summary>Whether the hand-over or booking is still, or by now, what the notice tells.</summary>
    public bool IsTrue => Kind switch
    {
        NoticeKind.HandedOver => BookingStatus == Domain.BookingStatus.Redeemed && VoidedAt is null,
        NoticeKind.HandOverVoided => VoidedAt is not null,
        NoticeKind.BookableDayMoved => BookableFrom is not null,
        NoticeKind.CaseClosed => CaseNumber.Length > 0,
        NoticeKind.BookingLapsed => BookingStatus == Domain.BookingStatus.Lapsed,
        NoticeKind.BookingCancelled or NoticeKind.HolderCancelled or NoticeKind.RoundAnnulled => BookingStatus == Domain.BookingStatus.Cancelled,
        // One that had lapsed stays so: what is annulled is that it counts.
        NoticeKind.Annulled or NoticeKind.NumberFree => BookingStatus is Domain.BookingStatus.Cancelled or Domain.BookingStatus.Lapsed,
        _ => BookingStatus == Domain.BookingStatus.Booked,
    };

    /// <summary>The booker's openid where they book in the chat, else empty.</summary>
    public string OpenId { get; init; } = "";

    /// <summary>Since when WeChat cannot reach them: they do not follow.</summary>
    public DateTimeOffset? UnreachableSince { get; init; }
}
