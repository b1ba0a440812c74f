namespace WeChatMask.Sms;

/// <summary>What became of one try.</summary>
public enum SmsResult
{
    /// <summary>The vendor took it.</summary>
    Accepted,

    /// <summary>Not now: outage, time-out or a limit. Try again later.</summary>
    TryLater,

    /// <summary>Never: the number or the text is refused.</summary>
    Refused,
}

/// <summary>Result of one try, with the vendor's id or code.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="ProviderId">The vendor's id of the message.</param>
/// <param name="Problem">The vendor's code, or what failed.</param>
/// <param name="MayHaveLeft">No answer came: the message may be on its way, and another try may repeat it.</param>
public sealed record SmsOutcome(SmsResult Result, string? ProviderId = null, string? Problem = null, bool MayHaveLeft = false)
{
    /// <summary>The kind of problem, whatever the vendor calls it.</summary>
    public SmsProblem Reason { get; init; }

    /// <summary>How long to wait at least; without it the caller's own pauses do.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>Name of the vendor that took it, or whose answer this is.</summary>
    public string? Provider { get; init; }

    /// <summary>An outcome of a problem; whether it is for now or for good follows from the problem.</summary>
    public static SmsOutcome Of(SmsProblem reason, string problem, TimeSpan? pause = null, bool mayHaveLeft = false) =>
        new(SmsProblems.IsFinal(reason) ? SmsResult.Refused : SmsResult.TryLater, null, problem, mayHaveLeft) { Reason = reason, Pause = pause };
}
