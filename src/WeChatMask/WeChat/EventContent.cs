namespace WeChatMask.WeChat;

/// <summary>Something that happened on a phone or at WeChat, rather than something said.</summary>
public abstract record EventContent : MessageContent
{
    private protected EventContent()
    {
    }
}

/// <summary>Somebody follows the account.</summary>
/// <param name="Scene">The scene of the code that was scanned; null for an ordinary follow, whatever else WeChat put into EventKey.</param>
/// <param name="Ticket">The ticket of that code.</param>
public sealed record SubscribeEvent(string? Scene, string? Ticket) : EventContent;

/// <summary>Somebody follows no more. It cannot be answered.</summary>
public sealed record UnsubscribeEvent : EventContent;

/// <summary>A follower scanned a code of the account.</summary>
public sealed record ScanEvent(string Scene, string? Ticket) : EventContent;

/// <summary>A phone tells where it is: on entering the chat, or every few seconds. Degrees, and metres of precision.</summary>
public sealed record LocationEvent(double? Latitude, double? Longitude, double? Precision) : EventContent;

/// <summary>A menu button with a key was touched.</summary>
public sealed record ClickEvent(string Key) : EventContent;

/// <summary>A menu button with an address was touched; the page opens without us.</summary>
public sealed record ViewEvent(string Url, string? MenuId) : EventContent;

/// <summary>A menu button opened a mini program.</summary>
public sealed record ViewMiniProgramEvent(string Path, string? MenuId) : EventContent;

/// <summary>A menu button opened the camera, and a code was scanned.</summary>
/// <param name="Key">The menu key.</param>
/// <param name="ScanType">qrcode, barcode …</param>
/// <param name="ScanResult">What stood in the code.</param>
/// <param name="IsWaiting">Whether the phone shows "waiting" until a reply comes (<c>scancode_waitmsg</c>).</param>
public sealed record ScanCodeEvent(string Key, string? ScanType, string? ScanResult, bool IsWaiting) : EventContent;

/// <summary>Which button pictures were chosen with.</summary>
public enum PictureSource
{
    /// <summary>The camera (<c>pic_sysphoto</c>).</summary>
    Camera,

    /// <summary>The camera or the album (<c>pic_photo_or_album</c>).</summary>
    CameraOrAlbum,

    /// <summary>WeChat's own album (<c>pic_weixin</c>).</summary>
    WeChatAlbum,
}

/// <summary>Pictures were chosen from a menu button; they follow as messages of their own.</summary>
/// <param name="Key">The menu key.</param>
/// <param name="Source">Which button.</param>
/// <param name="Md5Sums">The MD5 sum of each picture.</param>
public sealed record PicturesEvent(string Key, PictureSource Source, IReadOnlyList<string> Md5Sums) : EventContent;

/// <summary>A place was chosen from a menu button; it follows as a message of its own.</summary>
public sealed record LocationSelectEvent(string Key, double? Latitude, double? Longitude, int? Scale, string? Label, string? PoiName) : EventContent;

/// <summary>How a template message ended.</summary>
public enum TemplateOutcome
{
    /// <summary>It is on the phone.</summary>
    Delivered,

    /// <summary>The person does not take messages of this account.</summary>
    UserBlocked,

    /// <summary>WeChat could not deliver it.</summary>
    SystemFailed,

    /// <summary>A status that is not documented; it was not delivered.</summary>
    Unknown,
}

/// <summary>What became of a template message (<c>TEMPLATESENDJOBFINISH</c>).</summary>
/// <param name="MsgId">The id that sending it gave; empty when WeChat left it out.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record TemplateSentEvent(string MsgId, TemplateOutcome Outcome) : EventContent;

/// <summary>A person's word about notices of one template.</summary>
/// <param name="TemplateId">The template.</param>
/// <param name="IsAccepted">Whether they want them.</param>
/// <param name="PopupScene">Where they were asked; told with a pop-up only.</param>
public sealed record SubscriptionChoice(string TemplateId, bool IsAccepted, string? PopupScene);

/// <summary>A person was asked about notices and chose, for one template or several (<c>subscribe_msg_popup_event</c>).</summary>
public sealed record SubscriptionPopupEvent(IReadOnlyList<SubscriptionChoice> Choices) : EventContent;

/// <summary>A person changed their choice in the account's settings (<c>subscribe_msg_change_event</c>).</summary>
public sealed record SubscriptionChangeEvent(IReadOnlyList<SubscriptionChoice> Choices) : EventContent;

/// <summary>What became of one subscription notice.</summary>
/// <param name="TemplateId">The template.</param>
/// <param name="MsgId">The id that sending it gave.</param>
/// <param name="ErrorCode">0 when it was delivered.</param>
/// <param name="ErrorStatus">WeChat's word for it.</param>
public sealed record SubscriptionDelivery(string TemplateId, string MsgId, string ErrorCode, string? ErrorStatus)
{
    /// <summary>Whether it is on the phone.</summary>
    public bool IsDelivered => string.Equals(ErrorCode, "0", StringComparison.Ordinal);
}

/// <summary>What became of subscription notices (<c>subscribe_msg_sent_event</c>).</summary>
public sealed record SubscriptionSentEvent(IReadOnlyList<SubscriptionDelivery> Deliveries) : EventContent;

/// <summary>An event that we do not know; acknowledged.</summary>
public sealed record UnknownEvent : EventContent;
