using WeChatMask.Domain;

namespace WeChatMask.Counter;

/// <summary>What a phone tells when its network is back.</summary>
/// <param name="HandOvers">In the order in which they were made.</param>
public sealed record OfflineHandOversBody(IReadOnlyList<OfflineHandOverBody>? HandOvers = null);

/// <summary>One hand-over made without a network. Members are optional so that one that is missing spoils only its own.</summary>
/// <param name="RequestId">The phone's own id of it; the same again has no second effect.</param>
/// <param name="Voucher">What was scanned.</param>
/// <param name="Number">What was typed in place of a voucher.</param>
/// <param name="IdNumberLast4">Last four of the card, with a typed number.</param>
/// <param name="Units">How many were handed over; nothing for all.</param>
/// <param name="HandedOverAt">When, by the phone.</param>
public sealed record OfflineHandOverBody(
    string? RequestId = null, string? Voucher = null, string? Number = null, string? IdNumberLast4 = null, int? Units = null,
    DateTimeOffset? HandedOverAt = null);

/// <summary>What became of them, in the order sent.</summary>
public sealed record OfflineHandOversView(IReadOnlyList<SettledView> HandOvers);

/// <summary>What became of one hand-over.</summary>
/// <param name="RequestId">As sent.</param>
/// <param name="Outcome"><c>settled</c>, or <c>flagged</c> for the supervisor.</param>
/// <param name="Conflict">Why it was flagged.</param>
/// <param name="AfterLapse">Whether the booking had lapsed before this was heard.</param>
public sealed record SettledView(string RequestId, string Outcome, OfflineConflict? Conflict, bool AfterLapse);

/// <summary>A hand-over made without a network, as read from the phone.</summary>
/// <param name="Attempt">What was shown; none when it cannot be read.</param>
/// <param name="RequestId">The phone's own id.</param>
/// <param name="Typed">The number as it was sent, for the supervisor.</param>
/// <param name="ClaimedAt">When, by the phone.</param>
public sealed record OfflineHandOver(CounterAttempt? Attempt, string RequestId, string Typed, DateTimeOffset ClaimedAt);

/// <summary>What became of one.</summary>
/// <param name="RequestId">The phone's own id.</param>
/// <param name="Conflict">Why it does not count, or <see cref="OfflineConflict.None"/>.</param>
/// <param name="AfterLapse">Whether the booking had lapsed before.</param>
/// <param name="Round">The booking's round, when there is one.</param>
/// <param name="Units">Units that count as handed over, or that the phone claims.</param>
/// <param name="ShortRound">The later round that is one place short because of it.</param>
public sealed record Settled(
    string RequestId, OfflineConflict Conflict, bool AfterLapse = false, DateOnly? Round = null, int Units = 0, DateOnly? ShortRound = null);

/// <summary>A hand-over made without a network, as stored.</summary>
public sealed class OfflineHandOverRow
{
    public long Id { get; init; }

    public string RequestKey { get; init; } = "";

    public string PharmacyCode { get; init; } = "";

    public string PharmacyName { get; init; } = "";

    public string Clerk { get; init; } = "";

    public string Number { get; init; } = "";

    public DateOnly? RoundDate { get; init; }

    public int Units { get; init; }

    public DateTimeOffset ClaimedAt { get; init; }

    public DateTimeOffset HeardAt { get; init; }

    public OfflineConflict Conflict { get; init; }

    public bool AfterLapse { get; init; }

    public DateOnly? ShortRound { get; init; }

    public DateTimeOffset? ReviewedAt { get; init; }

    public string? ReviewedBy { get; init; }

    public string? ReviewNote { get; init; }
}
