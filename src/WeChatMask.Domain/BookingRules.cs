namespace WeChatMask.Domain;

/// <summary>What is known of one attempt when the desk decides it, inside the transaction that will write it.</summary>
/// <param name="Admission">Answer of <see cref="RoundTimes.Admission"/>, the same for a whole batch.</param>
/// <param name="ResidentKnown">Registered under the asking account.</param>
/// <param name="PharmacyKnown">A pharmacy of the city, whether or not it takes part.</param>
/// <param name="Eligibility">Answer of <see cref="EligibilityRules.Of"/>: none, not eligible, or not known.</param>
/// <param name="LastBookedOn">Booking day of the person's newest booking that counts, through whichever account.</param>
/// <param name="PharmacyStatus">Whether the pharmacy takes bookings.</param>
/// <param name="Left">Places left in the pharmacy's present window.</param>
public readonly record struct BookingFacts(
    Refusal Admission,
    bool ResidentKnown,
    bool PharmacyKnown,
    Refusal Eligibility,
    DateOnly? LastBookedOn,
    PharmacyStatus PharmacyStatus,
    int Left)
{
    /// <summary>Whether that newest booking was made through another account than the one that asks.</summary>
    public bool BookedElsewhere { get; init; }
}

/// <summary>A decision: taken, or refused with the reason and, for a cooldown, the first day that is free again.</summary>
/// <remarks>Where the booking that speaks against it is another account's, the day is not told: whoever knows somebody's number would learn when they booked.</remarks>
public readonly record struct BookingDecision(Refusal Refusal, DateOnly? BookableFrom = null, bool Elsewhere = false);

/// <summary>May this person book this place now? The order of the reasons is the contract's.</summary>
public static class BookingRules
{
    /// <summary>Decides one attempt; <see cref="Refusal.None"/> means that the place is theirs. Earlier bookings are measured by the present round's cooldown too, and the free day by the rules of the days to come.</summary>
    public static BookingDecision Decide(in BookingFacts facts, DateOnly round, int cooldownDays, PolicyTimeline? rules = null)
    {
        if (!facts.ResidentKnown) return new(Refusal.UnknownResident);
        if (!facts.PharmacyKnown) return new(Refusal.UnknownPharmacy);
        if (facts.Admission != Refusal.None) return new(facts.Admission);
        if (facts.Eligibility != Refusal.None) return new(facts.Eligibility);
        if (facts.LastBookedOn == round) return new(Refusal.AlreadyBooked, Elsewhere: facts.BookedElsewhere);
        if (IsHeld(facts.LastBookedOn, round, cooldownDays))
            return facts.BookedElsewhere ? new(Refusal.Cooldown, Elsewhere: true) : new(Refusal.Cooldown, BookableFrom(facts.LastBookedOn!.Value, round, cooldownDays, rules));
        if (facts.PharmacyStatus != PharmacyStatus.Open) return new(Refusal.PharmacyPaused);
        return facts.Left > 0 ? new(Refusal.None) : new(Refusal.SoldOut);
    }

    /// <summary>Whether today's cooldown still keeps a person from booking who booked last on <paramref name="lastBookedOn"/>.</summary>
    public static bool IsHeld(DateOnly? lastBookedOn, DateOnly today, int cooldownToday) => lastBookedOn?.AddDays(cooldownToday) > today;

    /// <summary>
    /// First day after <paramref name="today"/> on which a person who is held may book again: each is asked by the rules that will hold then, and where
    /// only today's are known, by those. None where nothing is to be booked within a year.
    /// </summary>
    public static DateOnly? BookableFrom(DateOnly lastBookedOn, DateOnly today, int cooldownToday, PolicyTimeline? rules) =>
        rules is null ? lastBookedOn.AddDays(cooldownToday) : rules.BookableFrom(lastBookedOn, today.AddDays(1));

    public static Refusal Cancellation(BookingStatus status, DateTimeOffset cancelUntil, DateTimeOffset now) =>
        status == BookingStatus.Booked && now < cancelUntil ? Refusal.None : Refusal.TooLate;
}
