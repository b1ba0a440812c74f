using System.Globalization;
using System.Text;

namespace WeChatMask.WeChat;

/// <summary>Writes passive replies (WeChat's documentation of passive user replies) and the envelope of encrypted ones.</summary>
public static class ReplyXml
{
    /// <summary>The body that means "received, nothing to show". It is never encrypted.</summary>
    public const string Success = "success";

    /// <summary>What a text reply holds at the most, as UTF-8: WeChat's documented limit is about that.</summary>
    public const int LongestTextBytes = 2048;

    /// <summary>The body that answers <paramref name="inbound"/>: XML, or <see cref="Success"/> when there is nothing to show.</summary>
    public static string Write(InboundMessage inbound, Reply reply, DateTimeOffset now) => reply switch
    {
        TextReply text => WriteText(inbound, Cut(Clean(text.Text)), now),
        NewsReply news => Wrap(inbound, now, "news", WriteNews(news)),
        _ => Success,
    };

    public static string Write(SealedMessage message) =>
        $"<xml>{Field("Encrypt", message.Encrypt)}{Field("MsgSignature", message.MsgSignature)}<TimeStamp>{message.Timestamp}</TimeStamp>{Field("Nonce", message.Nonce)}</xml>";

    // WeChat tells the sender that the account is out of order when Content is empty.
    private static string WriteText(InboundMessage inbound, string text, DateTimeOffset now) =>
        string.IsNullOrWhiteSpace(text) ? Success : Wrap(inbound, now, "text", Field("Content", text));

    private static string WriteNews(NewsReply news)
    {
        var words = Field("Title", news.Title) + Field("Description", news.Description);
        var picture = news.PictureUrl is { } url ? Field("PicUrl", url) : "";
        return $"<ArticleCount>1</ArticleCount><Articles><item>{words}{picture}{Field("Url", news.Url)}</item></Articles>";
    }

    private static string Wrap(InboundMessage inbound, DateTimeOffset now, string type, string content)
    {
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"<xml>{Field("ToUserName", inbound.FromUserName)}{Field("FromUserName", inbound.ToUserName)}<CreateTime>{seconds}</CreateTime>{Field("MsgType", type)}{content}</xml>";
    }

    // Written by hand, since XmlWriter changes line ends by platform. What ends a CDATA section is split over two.
    private static string Field(string name, string value) =>
        $"<{name}><![CDATA[{Clean(value).Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal)}]]></{name}>";

    // XML 1.0 cannot hold most control characters and no half surrogates; carriage returns would be read back as line ends.
    private static string Clean(string value)
    {
        var clean = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            var allowed = rune.Value is '\n' or '\t' || !(Rune.IsControl(rune) || rune.Value is 0xFFFE or 0xFFFF || rune == Rune.ReplacementChar);
            if (allowed) clean.Append(rune);
        }

        return clean.ToString();
    }

    private static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= LongestTextBytes) return text;
        var bytes = 0;
        var end = 0;
        while (end < text.Length)
        {
            // A text element is what a reader sees as one character: a family emoji is seven runes.
            var length = StringInfo.GetNextTextElementLength(text, end);
            bytes += Encoding.UTF8.GetByteCount(text.AsSpan(end, length));
            if (bytes > LongestTextBytes) break;
            end += length;
        }

        return text[..end];
    }
}
