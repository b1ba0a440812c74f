namespace WeChatMask.WeChat;

/// <summary>WeChat's API refused a call or did not answer. The text carries codes only, never an address, a secret or a code.</summary>
public sealed class WeChatApiException : Exception
{
    /// <summary>The error code when WeChat itself said nothing: time-out, no connection, an unreadable answer. Its own 0 means success.</summary>
    public const int NoAnswer = 0;

    public WeChatApiException()
    {
    }

    public WeChatApiException(string message)
        : base(message)
    {
    }

    public WeChatApiException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public WeChatApiException(int errorCode)
        : base($"WeChat's API answered errcode {errorCode}") => ErrorCode = errorCode;

    /// <summary>WeChat's errcode, or <see cref="NoAnswer"/>.</summary>
    public int ErrorCode { get; }

    public WeChatAction Action => ErrorCode == NoAnswer ? WeChatAction.RetryBackoff : WeChatErrors.ActionOf(ErrorCode);

    public bool IsTransient => Action == WeChatAction.RetryBackoff;
}
