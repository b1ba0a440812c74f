namespace WeChatMask.Domain;

/// <summary>What a supervisor can do to a round on a bad day; stored by number.</summary>
public enum LeverKind
{
    None,

    /// <summary>Opens later, or at another time than a postponement before said.</summary>
    Postpone = 1,

    /// <summary>Lets booking rest.</summary>
    Pause = 2,

    /// <summary>Ends a pause.</summary>
    Reopen = 3,

    /// <summary>Makes the whole round void; what was handed over stays so.</summary>
    Annul = 4,

    /// <summary>Closes booking before its time.</summary>
    Close = 5,

    /// <summary>Hands over until a later time of the same day, at one pharmacy or at all.</summary>
    Extend = 6,

    /// <summary>Moves what is to be collected to the next day, at one pharmacy or at all.</summary>
    Move = 7,

    /// <summary>Withdraws a pharmacy and moves its open bookings to others.</summary>
    Withdraw = 8,
}

/// <summary>What is known of a round when a lever is judged. Hand-over ends where the lever would act, which may be later than the round's.</summary>
public readonly record struct LeverFacts(
    RoundTimes Times, DateTimeOffset HandOverEnds, DateTimeOffset AnnouncedOpensAt, bool IsClosed, bool IsPublished, bool IsEnded, bool IsPaused, bool IsAnnulled);

/// <summary>May this lever be pressed now, and is its new time possible?</summary>
public static class LeverRules
{
    /// <summary>Whether a lever acts at one pharmacy, where it is given one.</summary>
    public static bool MayNamePharmacy(LeverKind kind) => kind is LeverKind.Extend or LeverKind.Move or LeverKind.Withdraw;

    /// <summary>Whether a lever acts at one pharmacy and never at all.</summary>
    public static bool NeedsPharmacy(LeverKind kind) => kind == LeverKind.Withdraw;

    /// <summary>Whether a lever needs a new time.</summary>
    public static bool NeedsTime(LeverKind kind) => kind is LeverKind.Postpone or LeverKind.Extend;

    /// <summary>Whether the round is already as the lever would make it.</summary>
    public static bool IsSo(LeverKind kind, in LeverFacts facts, DateTimeOffset? to) => kind switch
    {
        LeverKind.Postpone => to == facts.Times.OpensAt,
        LeverKind.Pause => facts.IsPaused,
        LeverKind.Reopen => !facts.IsPaused,
        LeverKind.Annul => facts.IsAnnulled,
        LeverKind.Close => facts.IsClosed,
        LeverKind.Extend => to == facts.HandOverEnds,
        _ => false,
    };

    public static Refusal Judge(LeverKind kind, in LeverFacts facts, DateTimeOffset? to, DateTimeOffset now, Func<DateTimeOffset, DateOnly> dayEndingAt)
    {
        if (facts.IsEnded || facts.IsAnnulled) return Refusal.LeverTooLate;
        var bookingOver = facts.IsClosed || now >= facts.Times.ClosesAt;
        return kind switch
        {
            LeverKind.Postpone when facts.IsClosed || now >= facts.Times.OpensAt => Refusal.LeverTooLate,
            LeverKind.Postpone => OpensWell(facts, to, now, dayEndingAt) ? Refusal.None : Refusal.InvalidLeverTime,
            LeverKind.Pause or LeverKind.Reopen => bookingOver ? Refusal.LeverTooLate : Refusal.None,
            LeverKind.Close => bookingOver ? Refusal.LeverTooLate : now < facts.Times.OpensAt ? Refusal.LeverNotDue : Refusal.None,
            LeverKind.Annul => now >= facts.HandOverEnds ? Refusal.LeverTooLate : Refusal.None,
            LeverKind.Extend when now >= facts.HandOverEnds => Refusal.LeverTooLate,
            LeverKind.Extend => to > facts.HandOverEnds && dayEndingAt(to.Value) == facts.Times.PickupDate ? Refusal.None : Refusal.InvalidLeverTime,
            LeverKind.Move when now >= facts.HandOverEnds => Refusal.LeverTooLate,
            LeverKind.Move => facts.IsPublished ? Refusal.None : Refusal.LeverNotDue,
            LeverKind.Withdraw when now >= facts.HandOverEnds => Refusal.LeverTooLate,
            // Serials and lists are final only then; until then a pause keeps new bookings away.
            LeverKind.Withdraw => facts.IsPublished ? Refusal.None : Refusal.WithdrawBeforeLists,
            _ => Refusal.LeverNotDue,
        };
    }

    /// <summary>A round is named by the day of booking, and the desk looks for today's: so its last window stays within that day, before pickup and the next round.</summary>
    private static bool OpensWell(in LeverFacts facts, DateTimeOffset? to, DateTimeOffset now, Func<DateTimeOffset, DateOnly> dayEndingAt)
    {
        if (to is not { } opens || opens <= now || opens < facts.AnnouncedOpensAt) return false;
        var later = facts.Times.Later(opens - facts.Times.OpensAt);
        return dayEndingAt(later.ClosesAt) == later.Date && later.CancelUntil <= later.PickupClosesAt;
    }
}
