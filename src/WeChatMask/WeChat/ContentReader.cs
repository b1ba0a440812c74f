using System.Globalization;
using System.Xml.Linq;

namespace WeChatMask.WeChat;

/// <summary>
/// Reads what a message says from its fields. MsgType and the names of fields are compared exactly; the name of an event
/// is not, because WeChat's documentation and its servers differ in case.
/// </summary>
internal static class ContentReader
{
    private const string Scene = "qrscene_";

    /// <summary>The content of a message, or an unknown one: never a failure.</summary>
    public static MessageContent Read(InboundMessage message)
    {
        var fields = message.Fields;
        return message.MsgType switch
        {
            "text" => new TextMessage(message.Content ?? "", fields.GetValueOrDefault("bizmsgmenuid")),
            "image" => new ImageMessage(fields.GetValueOrDefault("PicUrl"), fields.GetValueOrDefault("MediaId")),
            "voice" => new VoiceMessage(fields.GetValueOrDefault("MediaId"), fields.GetValueOrDefault("Format"), fields.GetValueOrDefault("Recognition")),
            "video" or "shortvideo" => new VideoMessage(fields.GetValueOrDefault("MediaId"), fields.GetValueOrDefault("ThumbMediaId"), message.MsgType == "shortvideo"),
            "location" => new LocationMessage(
                Number(fields, "Location_X"), Number(fields, "Location_Y"), Whole(fields.GetValueOrDefault("Scale")), fields.GetValueOrDefault("Label")),
            "link" => new LinkMessage(fields.GetValueOrDefault("Title"), fields.GetValueOrDefault("Description"), fields.GetValueOrDefault("Url")),
            "file" => new FileMessage(
                fields.GetValueOrDefault("Title"), fields.GetValueOrDefault("FileKey"), fields.GetValueOrDefault("FileMd5"), Length(fields.GetValueOrDefault("FileTotalLen"))),
            "event" => ReadEvent(message),
            _ => new UnknownMessage(),
        };
    }

    private static EventContent ReadEvent(InboundMessage message)
    {
        var fields = message.Fields;
        var key = message.EventKey ?? "";
        return (message.Event ?? "").ToUpperInvariant() switch
        {
            "SUBSCRIBE" => new SubscribeEvent(SceneOf(key), message.Ticket),
            "UNSUBSCRIBE" => new UnsubscribeEvent(),
            "SCAN" => new ScanEvent(key, message.Ticket),
            "LOCATION" => new LocationEvent(Number(fields, "Latitude"), Number(fields, "Longitude"), Number(fields, "Precision")),
            "CLICK" => new ClickEvent(key),
            "VIEW" => new ViewEvent(key, MenuId(fields)),
            "VIEW_MINIPROGRAM" => new ViewMiniProgramEvent(key, MenuId(fields)),
            "SCANCODE_PUSH" => ReadScan(message, isWaiting: false),
            "SCANCODE_WAITMSG" => ReadScan(message, isWaiting: true),
            "PIC_SYSPHOTO" => ReadPictures(message, PictureSource.Camera),
            "PIC_PHOTO_OR_ALBUM" => ReadPictures(message, PictureSource.CameraOrAlbum),
            "PIC_WEIXIN" => ReadPictures(message, PictureSource.WeChatAlbum),
            "LOCATION_SELECT" => ReadPlace(message),
            "TEMPLATESENDJOBFINISH" => new TemplateSentEvent(fields.GetValueOrDefault("MsgID") ?? message.MsgId ?? "", Outcome(fields.GetValueOrDefault("Status"))),
            "SUBSCRIBE_MSG_POPUP_EVENT" => new SubscriptionPopupEvent(Choices(fields, "SubscribeMsgPopupEvent")),
            "SUBSCRIBE_MSG_CHANGE_EVENT" => new SubscriptionChangeEvent(Choices(fields, "SubscribeMsgChangeEvent")),
            "SUBSCRIBE_MSG_SENT_EVENT" => new SubscriptionSentEvent([.. Entries(fields, "SubscribeMsgSentEvent").Select(Delivery)]),
            _ => new UnknownEvent(),
        };
    }

    // Other values than a scene are an ordinary follow. The prefix is taken off once: a scene may begin with it.
    private static string? SceneOf(string key) =>
        key.StartsWith(Scene, StringComparison.Ordinal) && key.Length > Scene.Length ? key[Scene.Length..] : null;

    private static string? MenuId(IReadOnlyDictionary<string, string> fields) =>
        fields.GetValueOrDefault("MenuId") ?? fields.GetValueOrDefault("MenuID");

    private static ScanCodeEvent ReadScan(InboundMessage message, bool isWaiting)
    {
        var info = Inner(message.Fields, "ScanCodeInfo");
        return new ScanCodeEvent(message.EventKey ?? "", Child(info, "ScanType"), Child(info, "ScanResult"), isWaiting);
    }

    private static PicturesEvent ReadPictures(InboundMessage message, PictureSource source)
    {
        var sums = Inner(message.Fields, "SendPicsInfo")?.Element("PicList")?.Elements("item").Select(item => Child(item, "PicMd5Sum") ?? "");
        return new PicturesEvent(message.EventKey ?? "", source, [.. sums ?? []]);
    }

    private static LocationSelectEvent ReadPlace(InboundMessage message)
    {
        var info = Inner(message.Fields, "SendLocationInfo");
        return new LocationSelectEvent(
            message.EventKey ?? "", Number(Child(info, "Location_X")), Number(Child(info, "Location_Y")), Whole(Child(info, "Scale")),
            Child(info, "Label"), Child(info, "Poiname"));
    }

    // Documented as "failed: system failed", but also seen without the blank.
    private static TemplateOutcome Outcome(string? status) => (status ?? "").Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        "SUCCESS" => TemplateOutcome.Delivered,
        "FAILED:USERBLOCK" => TemplateOutcome.UserBlocked,
        "FAILED:SYSTEMFAILED" => TemplateOutcome.SystemFailed,
        _ => TemplateOutcome.Unknown,
    };

    private static List<SubscriptionChoice> Choices(IReadOnlyDictionary<string, string> fields, string name) =>
        [.. Entries(fields, name).Select(entry => new SubscriptionChoice(
            Child(entry, "TemplateId") ?? "", string.Equals(Child(entry, "SubscribeStatusString"), "accept", StringComparison.Ordinal), Child(entry, "PopupScene")))];

    private static SubscriptionDelivery Delivery(XElement entry) => new(
        Child(entry, "TemplateId") ?? "", Child(entry, "MsgID") ?? "", Child(entry, "ErrorCode") ?? "", Child(entry, "ErrorStatus"));

    // One entry or many, each in a List of its own.
    private static IEnumerable<XElement> Entries(IReadOnlyDictionary<string, string> fields, string name) => Inner(fields, name)?.Elements("List") ?? [];

    private static XElement? Inner(IReadOnlyDictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name) is { } raw ? MessageXml.Inner(raw) : null;

    private static string? Child(XElement? parent, string name) => parent?.Element(name)?.Value.Trim();

    private static double? Number(IReadOnlyDictionary<string, string> fields, string name) => Number(fields.GetValueOrDefault(name));

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static int? Whole(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Length(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
