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
    public static MessageContent Read(InboundMessage message) => message.MsgType switch
    {
        "text" => new TextMessage(message.Content ?? ""),
        "image" => new ImageMessage(),
        "voice" => new VoiceMessage(message.Fields.GetValueOrDefault("Recognition")),
        "video" or "shortvideo" => new VideoMessage(),
        "location" => new LocationMessage(Degrees(message, "Location_X"), Degrees(message, "Location_Y")),
        "link" => new LinkMessage(),
        "file" => new FileMessage(),
        "event" => ReadEvent(message),
        _ => new UnknownMessage(),
    };

    private static EventContent ReadEvent(InboundMessage message)
    {
        var fields = message.Fields;
        var key = message.EventKey ?? "";
        return (message.Event ?? "").ToUpperInvariant() switch
        {
            "SUBSCRIBE" => new SubscribeEvent(SceneOf(key)),
            "UNSUBSCRIBE" => new UnsubscribeEvent(),
            "SCAN" => new ScanEvent(key),
            "CLICK" => new ClickEvent(key),
            "SCANCODE_WAITMSG" => new ScanCodeEvent(Child(Inner(fields, "ScanCodeInfo"), "ScanResult")),
            "TEMPLATESENDJOBFINISH" => new TemplateSentEvent(fields.GetValueOrDefault("MsgID") ?? message.MsgId ?? "", Outcome(fields.GetValueOrDefault("Status"))),
            "SUBSCRIBE_MSG_SENT_EVENT" => new SubscriptionSentEvent(Deliveries(Inner(fields, "SubscribeMsgSentEvent"))),
            _ => new OtherEvent(),
        };
    }

    // Other values than a scene are an ordinary follow. The prefix is taken off once: a scene may begin with it.
    private static string? SceneOf(string key) =>
        key.StartsWith(Scene, StringComparison.Ordinal) && key.Length > Scene.Length ? key[Scene.Length..] : null;

    // Documented as "failed: system failed", but also seen without the blank.
    private static TemplateOutcome Outcome(string? status) => (status ?? "").Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        "SUCCESS" => TemplateOutcome.Delivered,
        "FAILED:USERBLOCK" => TemplateOutcome.UserBlocked,
        "FAILED:SYSTEMFAILED" => TemplateOutcome.SystemFailed,
        _ => TemplateOutcome.Unknown,
    };

    // One entry or many, each in a List of its own.
    private static List<SubscriptionDelivery> Deliveries(XElement? sent) =>
        [.. (sent?.Elements("List") ?? []).Select(entry => new SubscriptionDelivery(Child(entry, "MsgID") ?? "", Child(entry, "ErrorCode") ?? ""))];

    private static XElement? Inner(IReadOnlyDictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name) is { } raw ? MessageXml.Inner(raw) : null;

    private static string? Child(XElement? parent, string name) => parent?.Element(name)?.Value.Trim();

    private static double? Degrees(InboundMessage message, string name) =>
        double.TryParse(message.Fields.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
