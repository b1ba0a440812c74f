namespace WeChatMask.Sms;

/// <summary>What a phone network said of a message that a vendor took.</summary>
public enum SmsReceiptState
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>It is on the phone.</summary>
    Delivered,

    /// <summary>It did not arrive: phone off for too long, number given up, blocked by the network.</summary>
    Failed,
}

/// <summary>One receipt, found by <see cref="SmsReceipts.Key"/>, or by our own id of the message where the vendor hands it back.</summary>
public sealed record SmsReceipt(string Key, long? OutboxId, SmsReceiptState State, string Code, DateTimeOffset At);
