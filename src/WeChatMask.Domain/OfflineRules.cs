namespace WeChatMask.Domain;

/// <summary>Why a hand-over that was made without a network does not count, or does with a word to the supervisor.</summary>
public enum OfflineConflict
{
    /// <summary>It counts.</summary>
    None,

    /// <summary>What was sent could not be read.</summary>
    Unreadable,

    /// <summary>A voucher whose signature does not hold.</summary>
    Forged,
    Unknown,
    OtherPharmacy,
    IdentityMismatch,

    /// <summary>The phone claims a time that has not come yet.</summary>
    InFuture,

    /// <summary>The phone claims a time outside the booking's own pickup hours.</summary>
    OutsideHours,

    /// <summary>It was told too long after the time it claims.</summary>
    TooLate,
    Cancelled,

    /// <summary>Handed over by another request: twice the goods for one booking.</summary>
    AlreadyRedeemed,

    /// <summary>The same request was heard before and has been taken back since.</summary>
    TakenBack,

    /// <summary>More than were booked.</summary>
    InvalidUnits,
}

/// <summary>What a phone says it handed over without a network, of how many booked, and when that was.</summary>
public readonly record struct OfflineClaim(int Units, int Booked, DateTimeOffset At);

/// <summary>Does a hand-over that was made without a network count? It does when it was right at its own time, whatever has lapsed since.</summary>
public static class OfflineRules
{
    /// <summary>How far a phone's clock may run ahead of ours; it counts by the time we told it last.</summary>
    public static readonly TimeSpan ClockDrift = TimeSpan.FromMinutes(2);

    /// <summary>How late a hand-over may be told. Longer than a long weekend without a network; after it only a supervisor knows.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromDays(4);

    /// <summary>The conflict; <see cref="OfflineConflict.None"/> when it counts. Judged in the order in which the counter judges.</summary>
    public static OfflineConflict Judge(in CounterFacts facts, in OfflineClaim claim, DateTimeOffset now)
    {
        if (facts.Forged) return OfflineConflict.Forged;
        if (!facts.Known) return OfflineConflict.Unknown;
        if (!facts.OwnPharmacy) return OfflineConflict.OtherPharmacy;
        if (!facts.IdentityHolds) return OfflineConflict.IdentityMismatch;
        if (facts.Status == BookingStatus.Cancelled) return OfflineConflict.Cancelled;
        if (facts.Status == BookingStatus.Redeemed) return OfflineConflict.AlreadyRedeemed;
        if (claim.At > now + ClockDrift) return OfflineConflict.InFuture;
        if (claim.At < facts.PickupOpensAt || claim.At >= facts.PickupClosesAt) return OfflineConflict.OutsideHours;
        if (now - claim.At > LongestSilence) return OfflineConflict.TooLate;
        return claim.Units < 1 || claim.Units > claim.Booked ? OfflineConflict.InvalidUnits : OfflineConflict.None;
    }
}
