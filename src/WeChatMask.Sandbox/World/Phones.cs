using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.WeChat;

namespace WeChatMask.Sandbox;

/// <summary>What a person does with the official account on their phone.</summary>
/// <param name="Type">text or event.</param>
/// <param name="Content">A text's words.</param>
/// <param name="Event">subscribe, unsubscribe, CLICK, VIEW, SCAN …</param>
/// <param name="EventKey">The menu's key.</param>
public sealed record PhoneAct(string Type, string? Content, string? Event, string? EventKey)
{
    /// <summary>Nothing: the account sent something by itself.</summary>
    public static PhoneAct Pushed { get; } = new("push", null, "PUSH", null);
}

/// <summary>What the phone shows as the account's answer.</summary>
public sealed record PhoneReply(string Type, string? Content = null, IReadOnlyList<PhoneArticle>? Articles = null);

/// <summary>A card in an answer.</summary>
public sealed record PhoneArticle(string Title, string Description, string PicUrl, string Url);

/// <summary>The webhook's answer: its status, what the phone shows, and the body as it came.</summary>
public sealed record PhoneAnswer(int Status, PhoneReply Reply, string Raw);

/// <summary>Plays WeChat's servers: sends what phones do to the app's webhook, signed and encrypted as WeChat would, and reads the answer.</summary>
public sealed class Phones(IHttpClientFactory clients, OwnAddress self, IOptionsMonitor<WeChatSettings> settings, SandboxClock clock)
{
    private const int NonceDigits = 10;
    private const string AccountId = "gh_5a4d0b0c0001";

    private static readonly PhoneReply Nothing = new("none");

    /// <summary>Sends one message or event of a phone.</summary>
    public async Task<PhoneAnswer> SendAsync(string openId, PhoneAct act, MessageMode? mode, CancellationToken cancellationToken)
    {
        var rest = act.Type == "text"
            ? $"<Content>{Cdata(act.Content!)}</Content><MsgId>{Ids.Next().ToString(CultureInfo.InvariantCulture)}</MsgId>"
            : $"<Event>{Cdata(act.Event!)}</Event><EventKey>{Cdata(act.EventKey ?? "")}</EventKey>";
        return await SendAsync(openId, act.Type, rest, mode, cancellationToken);
    }

    /// <summary>Sends an event that WeChat itself makes, such as what became of a message.</summary>
    /// <param name="openId">Whom it is about.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="fields">Its other elements.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<PhoneAnswer> ReportAsync(string openId, string name, string fields, CancellationToken cancellationToken) =>
        SendAsync(openId, "event", $"<Event>{Cdata(name)}</Event>{fields}", null, cancellationToken);

    private async Task<PhoneAnswer> SendAsync(string openId, string type, string rest, MessageMode? mode, CancellationToken cancellationToken)
    {
        var account = settings.CurrentValue;
        var how = mode ?? account.MessageMode;
        var (query, body) = Wrap(account, how, openId, Message(openId, type, rest));
        using var content = new StringContent(body, Encoding.UTF8, "text/xml");
        using var client = clients.CreateClient(nameof(Phones));
        using var response = await client.PostAsync(new Uri($"{self.Value}/wechat?{query}"), content, cancellationToken);
        var raw = await response.Content.ReadAsStringAsync(cancellationToken);
        return new PhoneAnswer((int)response.StatusCode, response.IsSuccessStatusCode ? Read(account, raw) : Nothing, raw);
    }

    private string Message(string openId, string type, string rest)
    {
        var head = $"<ToUserName>{Cdata(AccountId)}</ToUserName><FromUserName>{Cdata(openId)}</FromUserName><CreateTime>{Seconds()}</CreateTime><MsgType>{Cdata(type)}</MsgType>";
        return $"<xml>{head}{rest}</xml>";
    }

    private (string Query, string Body) Wrap(WeChatSettings account, MessageMode mode, string openId, string message)
    {
        if (mode == MessageMode.Plain) return (Query(account, openId, Seconds(), Nonce()), message);
        var sealedMessage = new MessageCrypto(account).Seal(message, clock.GetUtcNow());
        var query = Query(account, openId, sealedMessage.Timestamp, sealedMessage.Nonce);
        var encrypt = $"<Encrypt>{Cdata(sealedMessage.Encrypt)}</Encrypt></xml>";
        var open = mode == MessageMode.Compatible ? message[..^"</xml>".Length] : $"<xml><ToUserName>{Cdata(AccountId)}</ToUserName>";
        return ($"{query}&encrypt_type=aes&msg_signature={sealedMessage.MsgSignature}", open + encrypt);
    }

    private static string Query(WeChatSettings account, string openId, string timestamp, string nonce) =>
        $"signature={Signature.Compute(account.Token, timestamp, nonce)}&timestamp={timestamp}&nonce={nonce}&openid={Uri.EscapeDataString(openId)}";

    private static PhoneReply Read(WeChatSettings account, string raw)
    {
        if (raw.Length == 0 || raw == ReplyXml.Success) return Nothing;
        var fields = MessageXml.ReadFields(raw);
        if (fields.TryGetValue(MessageXml.Encrypt, out var encrypt))
        {
            var sealedReply = new SealedMessage(encrypt, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]);
            fields = MessageXml.ReadFields(new MessageCrypto(account).Open(sealedReply));
        }

        return fields["MsgType"] switch
        {
            "text" => new PhoneReply("text", fields["Content"]),
            "news" => new PhoneReply("news", Articles: Articles(fields["Articles"])),
            var other => new PhoneReply(other),
        };
    }

    private static List<PhoneArticle> Articles(string xml) =>
    [
        .. XElement.Parse(xml).Elements("item").Select(item => new PhoneArticle(
            item.Element("Title")?.Value ?? "", item.Element("Description")?.Value ?? "",
            item.Element("PicUrl")?.Value ?? "", item.Element("Url")?.Value ?? "")),
    ];

    private string Seconds() => clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Nonce() => System.Security.Cryptography.RandomNumberGenerator.GetString("0123456789", NonceDigits);

    private static string Cdata(string text) => $"<![CDATA[{text.Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal)}]]>";
}
