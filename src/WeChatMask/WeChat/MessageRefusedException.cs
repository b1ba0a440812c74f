namespace WeChatMask.WeChat;

/// <summary>Why a call or message was refused. It goes to the log; the caller learns the status only.</summary>
public enum MessageFault
{
    /// <summary>Not told.</summary>
    Unknown,

    /// <summary>A query parameter is missing, empty, given twice or of an unknown kind.</summary>
    Parameters,

    /// <summary>The query's timestamp is too far from our clock: a replay, or a clock that has drifted.</summary>
    Timestamp,

    /// <summary>The signature is not the one the token gives.</summary>
    Signature,

    /// <summary>A plain message where the account's mode wants an encrypted one.</summary>
    Downgrade,

    /// <summary>The body is over the limit.</summary>
    TooLarge,

    /// <summary>Not UTF-8, not well formed, unsafe, or without the fields every message has.</summary>
    Xml,

    /// <summary>An encrypted call without the Encrypt element.</summary>
    EncryptMissing,

    /// <summary>An encrypted call to an account set up without a message key.</summary>
    Key,

    /// <summary>Encrypt is not Base64.</summary>
    Base64,

    /// <summary>The cipher text is not whole blocks.</summary>
    Cipher,

    /// <summary>The padding is not 1 to 32 equal bytes.</summary>
    Padding,

    /// <summary>The declared length does not fit the plain text.</summary>
    Length,

    /// <summary>The message was meant for another account.</summary>
    AppId,
}

/// <summary>A message that must not reach a handler, with the cause for the log.</summary>
public sealed class MessageRefusedException : Exception
{
    /// <summary>A refusal without a cause.</summary>
    public MessageRefusedException()
    {
    }

    /// <summary>A refusal without a cause.</summary>
    public MessageRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal without a cause.</summary>
    public MessageRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A refusal for <paramref name="fault"/>. What caused it may quote the message, so it is not kept.</summary>
    public MessageRefusedException(MessageFault fault)
        : base($"WeChat message refused: {fault}") => Fault = fault;

    /// <summary>The first check that failed.</summary>
    public MessageFault Fault { get; }
}
