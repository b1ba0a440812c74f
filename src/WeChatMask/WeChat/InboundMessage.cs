using System.Globalization;

namespace WeChatMask.WeChat;

/// <summary>A message or event as WeChat sent it: signed, decrypted and well formed, but not necessarily of a known kind.</summary>
/// <param name="ToUserName">The account's own id (<c>gh_…</c>); empty when WeChat left it out.</param>
/// <param name="FromUserName">The sender's openid.</param>
/// <param name="CreateTime">Unix seconds. Told, never judged: a retry carries the first time.</param>
/// <param name="MsgType">text, event, image …; WeChat adds new ones without notice.</param>
/// <param name="MsgId">A 64-bit decimal kept as text; events have none.</param>
/// <param name="Content">The text of a text message.</param>
/// <param name="Event">The event's name, in whatever case (SCAN, scan).</param>
/// <param name="EventKey">The menu key, the address or the scene.</param>
/// <param name="Fields">Every other element by name: its text, or its raw XML when it has elements inside.</param>
public sealed record InboundMessage(
    string ToUserName,
    string FromUserName,
    long CreateTime,
    string MsgType,
    string? MsgId,
    string? Content,
    string? Event,
    string? EventKey,
    IReadOnlyDictionary<string, string> Fields)
{
    // What tells two events of one second apart that have no key: the message they report on, or their list.
    private static readonly string[] Distinguishing = ["MsgID", "SubscribeMsgSentEvent"];

    public MessageContent Read() => ContentReader.Read(this);

    /// <summary>
    /// The text that a message and its resends have in common and no other message has: sender and MsgId, or, where there
    /// is none, sender, time, kind, event and key (WeChat's rule for duplicates). The sender counts with a MsgId too, so
    /// that a number made up by somebody can never call up the answer of another. It holds an openid: hash it before it is kept.
    /// </summary>
    public string Identity()
    {
        if (!string.IsNullOrWhiteSpace(MsgId)) return Join("id", FromUserName, MsgId.Trim());
        string?[] parts =
        [
            FromUserName, CreateTime.ToString(CultureInfo.InvariantCulture), MsgType, Event?.ToUpperInvariant(), EventKey, Content,
            .. Distinguishing.Select(name => Fields.GetValueOrDefault(name)),
        ];
        return Join("at", parts);
    }

    /// <summary>The kind only: a message in a log line must not carry a person's openid or words.</summary>
    public override string ToString() => $"{MsgType} {Event}";

    // Each part with its length, so that no two lists of parts give the same text.
    private static string Join(string kind, params IEnumerable<string?> parts) =>
        parts.Aggregate(kind, (text, part) => string.Create(CultureInfo.InvariantCulture, $"{text}|{part?.Length ?? 0}:{part}"));
}

/// <summary>What the conversation does with a message. The feature registers it in the container; the webhook asks the request's scope for it.</summary>
public delegate Task<Reply> MessageHandler(InboundMessage message, CancellationToken cancellationToken);
