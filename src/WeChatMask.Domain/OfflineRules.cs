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

/// <summary>What is known when a phone tells what it handed over without a network.</summary>
/// <param name="Forged">A voucher whose signature does not hold.</param>
/// <param name="Known">The booking exists.</param>
/// <param name="OwnPharmacy">It is for the clerk's pharmacy.</param>
/// <param name="IdentityHolds">The voucher proves it, or the last four characters agree.</param>
/// <param name="Status">State of the booking now.</param>
/// <param name="PickupOpensAt">Start of its pickup hours.</param>
/// <param name="PickupClosesAt">End of its pickup hours.</param>
/// <param name="Units">Units handed over.</param>
/// <param name="Booked">Units booked.</param>
/// <param name="ClaimedAt">When the phone says it was.</param>
public readonly record struct OfflineFacts(
    bool Forged,
    bool Known,
    bool OwnPharmacy,
    bool IdentityHolds,
    BookingStatus Status,
    DateTimeOffset PickupOpensAt,
    DateTimeOffset PickupClosesAt,
    int Units,
    int Booked,
    DateTimeOffset ClaimedAt);

/// <summary>Does a hand-over that was made without a network count? It does when it was right at its own time, whatever has lapsed since.</summary>
public static class OfflineRules
{
    /// <summary>How far a phone's clock may run ahead of ours; it counts by the time we told it last.</summary>
    public static readonly TimeSpan ClockDrift = TimeSpan.FromMinutes(2);

    /// <summary>How late a hand-over may be told. Longer than a long weekend without a network; after it only a supervisor knows.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromDays(4);

    /// <summary>The conflict; <see cref="OfflineConflict.None"/> when it counts. Judged in the order in which the counter judges.</summary>
    public static OfflineConflict Judge(in OfflineFacts facts, DateTimeOffset now)
    {
        if (facts.Forged) return OfflineConflict.Forged;
        if (!facts.Known) return OfflineConflict.Unknown;
        if (!facts.OwnPharmacy) return OfflineConflict.OtherPharmacy;
        if (!facts.IdentityHolds) return OfflineConflict.IdentityMismatch;
        if (facts.Status == BookingStatus.Cancelled) return OfflineConflict.Cancelled;
        if (facts.Status == BookingStatus.Redeemed) return OfflineConflict.AlreadyRedeemed;
        if (facts.ClaimedAt > now + ClockDrift) return OfflineConflict.InFuture;
        if (facts.ClaimedAt < facts.PickupOpensAt || facts.ClaimedAt >= facts.PickupClosesAt) return OfflineConflict.OutsideHours;
        if (now - facts.ClaimedAt > LongestSilence) return OfflineConflict.TooLate;
        return facts.Units < 1 || facts.Units > facts.Booked ? OfflineConflict.InvalidUnits : OfflineConflict.None;
    }
}
