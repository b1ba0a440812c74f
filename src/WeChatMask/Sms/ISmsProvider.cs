namespace WeChatMask.Sms;

/// <summary>A way to send short messages. Each vendor is one class; the sender does not know which it talks to.</summary>
public interface ISmsProvider
{
    /// <summary>Hands one message over. Never throws for what a vendor may answer; an outage is an outcome too.</summary>
    Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken);
}
