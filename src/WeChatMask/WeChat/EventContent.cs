namespace WeChatMask.WeChat;

/// <summary>Something that happened on a phone or at WeChat, rather than something said.</summary>
public abstract record EventContent : MessageContent
{
    private protected EventContent()
    {
    }
}

/// <summary>Somebody follows the account, by a code with a scene; null for an ordinary follow, whatever else WeChat put into EventKey.</summary>
public sealed record SubscribeEvent(string? Scene) : EventContent;

/// <summary>Somebody follows no more. It cannot be answered.</summary>
public sealed record UnsubscribeEvent : EventContent;

public sealed record ScanEvent(string Scene) : EventContent;

public sealed record ClickEvent(string Key) : EventContent;

/// <summary>A menu button opened the camera, a code was scanned, and the phone shows "waiting" until a reply comes (<c>scancode_waitmsg</c>).</summary>
public sealed record ScanCodeEvent(string? ScanResult) : EventContent;

public enum TemplateOutcome
{
    Delivered,
    UserBlocked,
    SystemFailed,

    /// <summary>A status that is not documented; it was not delivered.</summary>
    Unknown,
}

/// <summary>What became of a template message (<c>TEMPLATESENDJOBFINISH</c>), by the id that sending it gave; empty when WeChat left it out.</summary>
public sealed record TemplateSentEvent(string MsgId, TemplateOutcome Outcome) : EventContent;

/// <summary>What became of one subscription notice, by the id that sending it gave.</summary>
public sealed record SubscriptionDelivery(string MsgId, string ErrorCode)
{
    public bool IsDelivered => string.Equals(ErrorCode, "0", StringComparison.Ordinal);
}

public sealed record SubscriptionSentEvent(IReadOnlyList<SubscriptionDelivery> Deliveries) : EventContent;

/// <summary>An event that needs nothing of us: a page opened from the menu, a place told every few seconds, a choice about notices, or one we do not know.</summary>
public sealed record OtherEvent : EventContent;
