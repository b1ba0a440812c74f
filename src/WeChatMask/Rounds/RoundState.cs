using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>A stored round.</summary>
public sealed class RoundRow
{
    public DateOnly Date { get; init; }

    public DateOnly PickupDate { get; init; }

    public long PolicyId { get; init; }

    public RoundPhase Phase { get; init; }

    public DateTimeOffset PickupOpensAt { get; init; }

    public DateTimeOffset PickupClosesAt { get; init; }

    public DateTimeOffset CancelUntil { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public DateTimeOffset? SlotsAt { get; init; }

    public DateTimeOffset? PublishedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? ReportedAt { get; init; }
}

/// <summary>A round with its rules and instants.</summary>
/// <param name="Row">As stored.</param>
/// <param name="Policy">The version it was planned under.</param>
/// <param name="Times">Its instants.</param>
public sealed record RoundState(RoundRow Row, Policy Policy, RoundTimes Times)
{
    /// <summary>Booking day.</summary>
    public DateOnly Date => Row.Date;

    /// <summary>Whether no booking can be made any more.</summary>
    public bool IsClosed => Row.ClosedAt is not null;

    /// <summary>Whether names and lists of the round may still be shown on a day: until the keeping time after pickup is over, whether or not the purge has run.</summary>
    public bool KeepsPersonalData(DateOnly today) => today <= Row.PickupDate.AddDays(Policy.RetentionDays);

    /// <summary>Until when a booking may be given back whose pickup is on a day, which may be later than the round's.</summary>
    public DateTimeOffset CancelUntil(DateOnly pickupDate, CityCalendar calendar) =>
        pickupDate == Row.PickupDate ? Times.CancelUntil : calendar.Instant(pickupDate, Policy.CancelUntil);

    /// <summary>The phase people are shown.</summary>
    public RoundPhase PhaseAt(DateTimeOffset now) => Times.PhaseAt(now, Row.Phase, IsClosed);
}
