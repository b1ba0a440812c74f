namespace WeChatMask.Domain;

/// <summary>One window of a round as instants, counted from 1; the close is the first instant that takes no bookings any more.</summary>
public sealed record RoundWindow(int Index, DateTimeOffset OpensAt, DateTimeOffset ClosesAt);

/// <summary>The instants of one round, worked out once from its policy and the city's zone. The day of booking names it; windows are in order and never empty.</summary>
public sealed record RoundTimes(
    DateOnly Date,
    DateOnly PickupDate,
    IReadOnlyList<RoundWindow> Windows,
    DateTimeOffset PickupOpensAt,
    DateTimeOffset PickupClosesAt,
    DateTimeOffset CancelUntil)
{
    public DateTimeOffset OpensAt => Windows[0].OpensAt;

    public DateTimeOffset ClosesAt => Windows[^1].ClosesAt;

    public static RoundTimes Of(Policy policy, DateOnly date, Func<DateOnly, DayTime, DateTimeOffset> toInstant)
    {
        var pickupDate = date.AddDays(1);
        return new RoundTimes(
            date,
            pickupDate,
            [.. policy.Windows.Select((w, i) => new RoundWindow(i + 1, toInstant(date, w.Opens), toInstant(date, w.Closes)))],
            toInstant(pickupDate, policy.Pickup.Opens),
            toInstant(pickupDate, policy.Pickup.Closes),
            toInstant(pickupDate, policy.CancelUntil));
    }

    /// <summary>The same round opened later (or, below zero, earlier): booking and the time to cancel move by as much, pickup stays.</summary>
    public RoundTimes Later(TimeSpan by) => this with
    {
        Windows = [.. Windows.Select(w => w with { OpensAt = w.OpensAt + by, ClosesAt = w.ClosesAt + by })],
        CancelUntil = CancelUntil + by,
    };

    public RoundWindow? WindowAt(DateTimeOffset now) => PresentOrNext(now) is { } window && window.OpensAt <= now ? window : null;

    /// <summary>The present window, else the next one, else none (after the last close).</summary>
    public RoundWindow? PresentOrNext(DateTimeOffset now)
    {
        // Everybody who looks at the board asks this: no delegate for each.
        for (var i = 0; i < Windows.Count; i++)
        {
            if (now < Windows[i].ClosesAt) return Windows[i];
        }

        return null;
    }

    /// <summary>Whether a booking may be tried at <paramref name="now"/>: <see cref="Refusal.None"/>, <see cref="Refusal.NotOpen"/> or <see cref="Refusal.Closed"/>, for instance since everything was booked.</summary>
    public Refusal Admission(DateTimeOffset now, bool closed)
    {
        if (closed || now >= ClosesAt) return Refusal.Closed;
        return WindowAt(now) is null ? Refusal.NotOpen : Refusal.None;
    }

    /// <summary>The phase people are shown: the stored one, moved on by the clock where only the clock decides.</summary>
    /// <remarks>Closed, Published and Ended are facts that jobs store; opening and hand-out follow the time alone.</remarks>
    public RoundPhase PhaseAt(DateTimeOffset now, RoundPhase stored, bool closed)
    {
        if (stored == RoundPhase.Ended) return stored;
        if (stored >= RoundPhase.Published) return now >= PickupOpensAt ? RoundPhase.Handout : stored;
        if (closed || stored == RoundPhase.Closed || now >= ClosesAt) return RoundPhase.Closed;
        return now >= OpensAt ? RoundPhase.Open : RoundPhase.Announced;
    }
}
