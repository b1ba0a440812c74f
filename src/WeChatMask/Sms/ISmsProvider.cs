namespace WeChatMask.Sms;

/// <summary>A way to send short messages. Each vendor is one class; the sender does not know which it talks to.</summary>
public interface ISmsProvider
{
    /// <summary>Hands one message over. Never throws for what a vendor may answer; an outage is an outcome too.</summary>
    Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken);
}

/// <summary>One vendor, which can also be asked what became of a message whose answer was lost.</summary>
public interface ISmsVendor : ISmsProvider
{
    /// <summary>Its name in <c>Sms:Providers</c>, in the outbox and in alarms.</summary>
    string Name { get; }

    /// <summary>Whether it can be asked at all.</summary>
    bool CanFind { get; }

    /// <summary>Looks for a message at the vendor that was handed over at about <paramref name="since"/>. Never throws for an outage.</summary>
    Task<SmsFound> FindAsync(SmsMessage message, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>For how long after sending it can be asked for a message's receipt; nothing when it cannot.</summary>
    TimeSpan? KeepsReceipts { get; }

    /// <summary>Asks what the phone network said of one message that this vendor took. Never throws for an outage.</summary>
    Task<SmsPulled> PullAsync(SentSms sent, CancellationToken cancellationToken);
}

/// <summary>A message that a vendor took.</summary>
/// <param name="OutboxId">Our id of it.</param>
/// <param name="ProviderId">The vendor's id of it.</param>
/// <param name="Mobile">Eleven digits.</param>
/// <param name="At">When the vendor took it, within some minutes.</param>
public sealed record SentSms(long OutboxId, string ProviderId, string Mobile, DateTimeOffset At)
{
    /// <summary>Does not show the number, since records reach logs.</summary>
    public override string ToString() => $"SentSms {OutboxId}";
}

/// <summary>A vendor's answer to the question for a receipt.</summary>
/// <param name="Answered">Whether it answered at all.</param>
/// <param name="Receipt">The receipt, once there is one.</param>
public readonly record struct SmsPulled(bool Answered, SmsReceipt? Receipt = null);

/// <summary>What a message tells. A vendor's template belongs to each; the names are those of <c>Sms:…:Templates</c>.</summary>
public enum SmsKind
{
    /// <summary>To the booker, when a booking is made.</summary>
    BookingMade,

    /// <summary>To the booker, when lists and slots are published.</summary>
    SlotAssigned,

    /// <summary>To the pharmacy, when lists are published.</summary>
    PharmacyList,

    /// <summary>To the booker, when the pickup has moved.</summary>
    PickupChanged,

    /// <summary>To the booker, when the registry has refused a provisional booking.</summary>
    BookingRefused,

    /// <summary>To who logs in with a phone; the value is <see cref="SmsValues.Code"/>.</summary>
    LoginCode,
}

/// <summary>One message.</summary>
/// <param name="Id">Our id, the same for every try of the same notice.</param>
/// <param name="Mobile">Eleven digits.</param>
/// <param name="Text">Sign and text, for a gateway that takes them ready.</param>
/// <param name="MayBeRepeat">An earlier try broke off before its outcome was known.</param>
public sealed record SmsMessage(string Id, string Mobile, string Text, bool MayBeRepeat)
{
    /// <summary>Which of a vendor's templates it fills; without one only a gateway can send it.</summary>
    public SmsKind? Kind { get; init; }

    /// <summary>What a template may show, by the names of <see cref="SmsValues"/>.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>For a possible repeat: since when its fate is unknown, where that is known.</summary>
    public DateTimeOffset? DoubtfulSince { get; init; }

    /// <summary>For a possible repeat: the vendor whose answer was lost, where that is known.</summary>
    public string? DoubtfulAt { get; init; }

    /// <summary>Shows neither number nor text, since records reach logs.</summary>
    public override string ToString() => $"SmsMessage {Id}";
}

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

/// <summary>What a vendor knows of a message.</summary>
public enum SmsFinding
{
    /// <summary>It cannot say, or does not answer.</summary>
    Unknown,

    /// <summary>It took the message.</summary>
    Taken,

    /// <summary>It never got it.</summary>
    NotTaken,
}

/// <summary>A vendor's answer about one message.</summary>
/// <param name="Finding">What it knows.</param>
/// <param name="ProviderId">Its id of the message, when it has it.</param>
public readonly record struct SmsFound(SmsFinding Finding, string? ProviderId = null);

/// <summary>How long a text is, as vendors count and charge it.</summary>
public static class SmsLength
{
    private const int One = 70;
    private const int Each = 67;

    /// <summary>Parts of a text with its sign: up to 70 characters are one, longer ones are cut at 67 (both vendors' rule).</summary>
    public static int Segments(string text) => text.Length <= One ? 1 : (text.Length + Each - 1) / Each;
}
