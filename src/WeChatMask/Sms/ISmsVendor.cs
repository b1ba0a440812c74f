namespace WeChatMask.Sms;

/// <summary>One vendor, which can also be asked what became of a message whose answer was lost.</summary>
public interface ISmsVendor : ISmsProvider
{
    /// <summary>Its name in <c>Sms:Providers</c>, in the outbox and in alarms.</summary>
    string Name { get; }

    bool CanFind { get; }

    /// <summary>Looks for a message at the vendor that was handed over at about <paramref name="since"/>. Never throws for an outage.</summary>
    Task<SmsFound> FindAsync(SmsMessage message, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>For how long after sending it can be asked for a message's receipt; nothing when it cannot.</summary>
    TimeSpan? KeepsReceipts { get; }

    /// <summary>Asks what the phone network said of one message that this vendor took. Never throws for an outage.</summary>
    Task<SmsPulled> PullAsync(SentSms sent, CancellationToken cancellationToken);
}
