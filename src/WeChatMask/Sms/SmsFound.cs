namespace WeChatMask.Sms;

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

/// <summary>What a vendor knows of a message, and its id of it when it has it.</summary>
public readonly record struct SmsFound(SmsFinding Finding, string? ProviderId = null);
