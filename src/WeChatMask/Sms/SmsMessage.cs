namespace WeChatMask.Sms;

/// <summary>
/// One message: our id, the same for every try of a notice; eleven digits; sign and text, for a gateway that takes them ready; and
/// whether an earlier try broke off before its outcome was known.
/// </summary>
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
