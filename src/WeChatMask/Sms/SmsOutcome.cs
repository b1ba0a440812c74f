namespace WeChatMask.Sms;

public enum SmsResult
{
    Accepted,

    /// <summary>Not now: outage, time-out or a limit. Try again later.</summary>
    TryLater,

    /// <summary>Never: the number or the text is refused.</summary>
    Refused,
}

/// <summary>
/// What became of one try: the vendor's id of the message, or its code, or what failed. A message that may have left got no answer:
/// another try may repeat it.
/// </summary>
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
