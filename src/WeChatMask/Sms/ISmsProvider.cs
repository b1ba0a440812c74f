namespace WeChatMask.Sms;

/// <summary>A way to send short messages. Each vendor is one class; the sender does not know which it talks to.</summary>
public interface ISmsProvider
{
    /// <summary>Hands one message over. Never throws for what a vendor may answer; an outage is an outcome too.</summary>
    Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken);
}

/// <summary>One message.</summary>
/// <param name="Id">Our id, the same for every try of the same notice.</param>
/// <param name="Mobile">Eleven digits.</param>
/// <param name="Text">Sign and text.</param>
/// <param name="MayBeRepeat">An earlier try broke off before its outcome was known.</param>
public sealed record SmsMessage(string Id, string Mobile, string Text, bool MayBeRepeat)
{
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
public sealed record SmsOutcome(SmsResult Result, string? ProviderId = null, string? Problem = null, bool MayHaveLeft = false);

/// <summary>How long a text is, as vendors count and charge it.</summary>
public static class SmsLength
{
    private const int One = 70;
    private const int Each = 67;

    /// <summary>Parts of a text with its sign: up to 70 characters are one, longer ones are cut at 67 (both vendors' rule).</summary>
    public static int Segments(string text) => text.Length <= One ? 1 : (text.Length + Each - 1) / Each;
}

/// <summary>Section <c>Sms</c>.</summary>
public sealed class SmsSettings
{
    /// <summary>Address of an HTTP gateway that takes <c>{id, mobile, text, repeat}</c>.</summary>
    public string GatewayUrl { get; set; } = "";

    /// <summary>Name in the brackets before each text.</summary>
    public string Sign { get; set; } = "";

    /// <summary>Longest wait for the gateway's answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
