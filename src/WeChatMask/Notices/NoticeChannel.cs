namespace WeChatMask.Notices;

/// <summary>By which way a notice leaves. A channel neither waits for the other nor stands in for it.</summary>
public enum NoticeChannel
{
    Sms,
    WeChat,
}
