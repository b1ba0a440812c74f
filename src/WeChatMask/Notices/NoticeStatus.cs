namespace WeChatMask.Notices;

/// <summary>How far a notice has come.</summary>
public enum NoticeStatus
{
    /// <summary>Waits, or is being sent under a lease.</summary>
    Waiting,

    /// <summary>A vendor or WeChat took it.</summary>
    Sent,

    /// <summary>Past its use, or nobody wants it, before it could be sent.</summary>
    Dropped,

    /// <summary>Refused for good.</summary>
    Failed,
}
