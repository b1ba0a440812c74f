using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace WeChatMask.WeChat;

/// <summary>
/// Reads WeChat's XML without trusting it: no DOCTYPE, nothing fetched, bounded size and depth, every field once.
/// Elements come in any order, with CDATA or without, and new ones appear without notice. What is not UTF-8, unsafe, malformed or
/// without a required field fails with a <see cref="MessageRefusedException"/>.
/// </summary>
public static class MessageXml
{
    public const string Encrypt = "Encrypt";

    // Ample for a webhook body of 64 KB; 0 would mean no limit.
    private const int MostCharacters = 200_000;

    // WeChat's deepest documented message has four levels.
    private const int DeepestLevel = 16;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] Known = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event", "EventKey"];

    /// <summary>Decodes a body. WeChat writes UTF-8 whatever an XML declaration says, so the declaration is not asked.</summary>
    public static string Decode(ReadOnlySpan<byte> body)
    {
        try
        {
            return StrictUtf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            throw new MessageRefusedException(MessageFault.Xml);
        }
    }

    /// <summary>Every element under the root: its text, or its raw XML when it has elements inside. For envelopes and replies.</summary>
    public static IReadOnlyDictionary<string, string> ReadFields(string xml) =>
        new ReadOnlyDictionary<string, string>(Load(xml).ToDictionary(field => field.Key, field => TextOf(field.Value), StringComparer.Ordinal));

    /// <summary>Reads a message of any kind. Sender, kind and time must be there; all else is optional.</summary>
    public static InboundMessage Parse(string xml)
    {
        var fields = Load(xml);
        string? Optional(string name) => fields.TryGetValue(name, out var element) && !element.HasElements ? element.Value : null;
        string Required(string name) => Optional(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value : throw new MessageRefusedException(MessageFault.Incomplete);

        return new InboundMessage(
            Optional("ToUserName") ?? "",
            Required("FromUserName"),
            ParseTime(Required("CreateTime")),
            Required("MsgType"),
            Optional("MsgId"),
            Optional("Content"),
            Optional("Event"),
            Optional("EventKey"),
            new ReadOnlyDictionary<string, string>(fields
                .Where(field => !Known.Contains(field.Key, StringComparer.Ordinal))
                .ToDictionary(field => field.Key, field => TextOf(field.Value), StringComparer.Ordinal)));
    }

    /// <summary>Reads the raw XML of a field with elements inside, or nothing when it is only a text.</summary>
    internal static XElement? Inner(string raw)
    {
        // A field of elements was read once already; what fails here is a text that only looks like one.
        if (raw.Length == 0 || raw[0] != '<') return null;
        try
        {
            CheckDepth(raw);
            using var reader = Open(raw);
            return XElement.Load(reader);
        }
        catch (Exception e) when (e is XmlException or MessageRefusedException)
        {
            return null;
        }
    }

    private static long ParseTime(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : throw new MessageRefusedException(MessageFault.Incomplete);

    private static string TextOf(XElement element) => element.HasElements ? element.ToString(SaveOptions.DisableFormatting) : element.Value;

    private static Dictionary<string, XElement> Load(string xml)
    {
        try
        {
            // A byte-order mark is allowed in front of bytes, but would be an error inside a string.
            var text = xml.StartsWith('\uFEFF') ? xml[1..] : xml;
            CheckDepth(text);
            using var reader = Open(text);
            var root = XElement.Load(reader);
            if (root.Name != "xml") throw new MessageRefusedException(MessageFault.Xml);

            var fields = new Dictionary<string, XElement>(StringComparer.Ordinal);
            foreach (var element in root.Elements())
            {
                // A name in a namespace keeps it, so it cannot stand in for WeChat's own.
                if (!fields.TryAdd(element.Name.ToString(), element)) throw new MessageRefusedException(MessageFault.Xml);
            }

            return fields;
        }
        catch (XmlException)
        {
            throw new MessageRefusedException(MessageFault.Xml);
        }
    }

    // The reader has no limit of its own, so one pass looks at the depth before a tree is built.
    private static void CheckDepth(string xml)
    {
        using var reader = Open(xml);
        while (reader.Read())
        {
            if (reader.Depth > DeepestLevel) throw new MessageRefusedException(MessageFault.Xml);
        }
    }

    private static XmlReader Open(string xml) => XmlReader.Create(new StringReader(xml), new XmlReaderSettings
    {
        // XDocument.Parse and XmlDocument accept a DOCTYPE and expand its entities; only this setting refuses it.
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MostCharacters,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    });
}
