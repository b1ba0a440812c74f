namespace WeChatMask.Sms;

/// <summary>A message that a vendor took: our id of it, the vendor's, and when it was taken, within some minutes.</summary>
public sealed record SentSms(long OutboxId, string ProviderId, string Mobile, DateTimeOffset At)
{
    /// <summary>Does not show the number, since records reach logs.</summary>
    public override string ToString() => $"SentSms {OutboxId}";
}

/// <summary>A vendor's answer to the question for a receipt; it may answer that there is none yet.</summary>
public readonly record struct SmsPulled(bool Answered, SmsReceipt? Receipt = null);
