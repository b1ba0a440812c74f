namespace WeChatMask.WeChat;

/// <summary>Why a call or message was refused. It goes to the log; the caller learns the status only.</summary>
public enum MessageFault
{
    Unknown,

    /// <summary>A query parameter is missing, empty, given twice or of an unknown kind.</summary>
    Parameters,

    /// <summary>The query's timestamp is too far from our clock: a replay, or a clock that has drifted.</summary>
    Timestamp,
    Signature,

    /// <summary>A plain message where the account's mode wants an encrypted one.</summary>
    Downgrade,
    TooLarge,

    /// <summary>Not UTF-8, not well formed, unsafe, or a field given twice.</summary>
    Xml,

    /// <summary>Well formed, but without sender, kind or a time that is a number: it cannot be handled, and sending it again would not mend it.</summary>
    Incomplete,
    EncryptMissing,

    /// <summary>An encrypted call to an account set up without a message key.</summary>
    Key,
    Base64,
    Cipher,

    /// <summary>The padding is not 1 to 32 equal bytes.</summary>
    Padding,
    Length,
    AppId,
}

/// <summary>A message that must not reach a handler, with the cause for the log.</summary>
public sealed class MessageRefusedException : Exception
{
    public MessageRefusedException()
    {
    }

    public MessageRefusedException(string message)
        : base(message)
    {
    }

    public MessageRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A refusal for <paramref name="fault"/>. What caused it may quote the message, so it is not kept.</summary>
    public MessageRefusedException(MessageFault fault)
        : base($"WeChat message refused: {fault}") => Fault = fault;

    public MessageFault Fault { get; }
}
