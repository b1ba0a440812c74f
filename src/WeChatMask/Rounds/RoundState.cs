using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>A stored round with its rules and instants.</summary>
public sealed record RoundState
{
    public DateOnly Date { get; init; }

    public DateOnly PickupDate { get; init; }
    public long PolicyId { get; init; }

    /// <summary>As jobs stored it; people are shown <see cref="PhaseAt"/>.</summary>
    public RoundPhase Phase { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }
    public DateTimeOffset? SlotsAt { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Since when a supervisor lets booking rest; null while it does not.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Why, as the public is told; null too where the reason is not known.</summary>
    public string? PauseReason { get; init; }

    /// <summary>Since when the whole round is void: nothing of it can be booked or collected.</summary>
    public DateTimeOffset? AnnulledAt { get; init; }

    public string? AnnulReason { get; init; }

    /// <summary>The opening that had been announced before the round was postponed; null where it was not.</summary>
    public DateTimeOffset? AnnouncedOpensAt { get; init; }

    /// <summary>The version it was planned under.</summary>
    public required Policy Policy { get; init; }

    public required RoundTimes Times { get; init; }

    public bool IsClosed => ClosedAt is not null;

    public bool IsAnnulled => AnnulledAt is not null;

    /// <summary>Whether it was annulled before its lists were out: then the round's end and no booking's is told.</summary>
    public bool WasAnnulledUnlisted => AnnulledAt is { } annulled && !(PublishedAt < annulled);

    /// <summary>Whether booking rests that would be possible, now or later.</summary>
    public bool IsPausedAt(DateTimeOffset now) => Admission(now) == Refusal.BookingPaused;

    /// <summary>Whether a booking may be tried: <see cref="RoundTimes.Admission"/>, and what levers say.</summary>
    public Refusal Admission(DateTimeOffset now)
    {
        if (IsAnnulled) return Refusal.RoundAnnulled;
        var byTime = Times.Admission(now, IsClosed);
        return PausedAt is not null && byTime != Refusal.Closed ? Refusal.BookingPaused : byTime;
    }

    /// <summary>Whether names and lists of the round may still be shown on a day: until the keeping time after pickup is over, whether or not the purge has run.</summary>
    public bool KeepsPersonalData(DateOnly today) => today <= PickupDate.AddDays(Policy.RetentionDays);

    /// <summary>Until when a booking may be given back whose pickup is on a day, which may be later than the round's.</summary>
    public DateTimeOffset CancelUntil(DateOnly pickupDate, CityCalendar calendar) =>
        pickupDate == PickupDate ? Times.CancelUntil : calendar.Instant(pickupDate, Policy.CancelUntil);

    public bool IsPickupOver(DateTimeOffset now) => now >= Times.PickupClosesAt;

    public RoundPhase PhaseAt(DateTimeOffset now) => Times.PhaseAt(now, Phase, IsClosed);
}
