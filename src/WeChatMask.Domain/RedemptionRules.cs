namespace WeChatMask.Domain;

/// <summary>What the counter is told. The order of judgement is the contract's.</summary>
public enum Verdict
{
    /// <summary>Handed over now.</summary>
    Redeemed,

    /// <summary>Would be handed over (answer to a check).</summary>
    Valid,
    AlreadyRedeemed,
    OtherPharmacy,
    NotYet,
    Lapsed,
    Cancelled,
    Unknown,
    Forged,
    IdentityMismatch,
    ProxyLimit,
}

/// <summary>
/// What is known of a booking that is named at the counter. Forged: by a voucher whose signature does not hold. Identity holds by
/// the voucher, or where the last four characters agree.
/// </summary>
public readonly record struct CounterFacts(
    bool Forged,
    bool Known,
    bool OwnPharmacy,
    bool IdentityHolds,
    BookingStatus Status,
    DateTimeOffset PickupOpensAt,
    DateTimeOffset PickupClosesAt);

/// <summary>May this be handed over, here, now? One pure function, so that a clerk's phone can judge by the same table.</summary>
public static class RedemptionRules
{
    /// <summary>How long a clerk may take a hand-over back; later only a supervisor (contract, void).</summary>
    public static readonly TimeSpan VoidTime = TimeSpan.FromMinutes(10);

    /// <summary>The verdict; <see cref="Verdict.Valid"/> when nothing speaks against it.</summary>
    /// <remarks>A proxy is full who has collected for as many as the policy allows.</remarks>
    public static Verdict Judge(in CounterFacts facts, bool proxyFull, DateTimeOffset now)
    {
        if (facts.Forged) return Verdict.Forged;
        if (!facts.Known) return Verdict.Unknown;
        if (!facts.OwnPharmacy) return Verdict.OtherPharmacy;
        if (!facts.IdentityHolds) return Verdict.IdentityMismatch;
        if (facts.Status == BookingStatus.Cancelled) return Verdict.Cancelled;
        if (facts.Status == BookingStatus.Redeemed) return Verdict.AlreadyRedeemed;
        if (facts.Status == BookingStatus.Lapsed || now >= facts.PickupClosesAt) return Verdict.Lapsed;
        if (now < facts.PickupOpensAt) return Verdict.NotYet;
        return proxyFull ? Verdict.ProxyLimit : Verdict.Valid;
    }

    /// <summary>What became of a booking by an instant: one that was not collected in time has lapsed, before that is written down too.</summary>
    public static BookingStatus StatusAt(BookingStatus stored, DateTimeOffset pickupClosesAt, DateTimeOffset now) =>
        stored == BookingStatus.Booked && now >= pickupClosesAt ? BookingStatus.Lapsed : stored;

    /// <summary>By a genuine voucher or the last four of the card, in capitals; where both were shown, the last four must agree too.</summary>
    public static bool IdentityHolds(bool byVoucher, string? lastFour, string identityNumber) =>
        lastFour is null ? byVoucher : identityNumber.EndsWith(lastFour, StringComparison.Ordinal);

    /// <summary>Whether booking details may be shown with the verdict: only after identity holds. The card itself proves it wherever it is shown.</summary>
    public static bool MayShowBooking(Verdict verdict, bool byCard = false) =>
        verdict is not (Verdict.Forged or Verdict.Unknown or Verdict.IdentityMismatch) && (byCard || verdict != Verdict.OtherPharmacy);
}
