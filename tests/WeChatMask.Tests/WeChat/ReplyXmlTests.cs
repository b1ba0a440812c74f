using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

public sealed class ReplyXmlTests
{
    private const string File = "08_passive_reply.json";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1586000000);
    private static readonly InboundMessage Inbound = MessageXml.Parse(
        "<xml><ToUserName>gh</ToUserName><FromUserName>oU</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>");

    public static TheoryData<string> Cases => VectorFile.Ids(File);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Replies_are_written_as_documented(string id)
    {
        var item = VectorFile.Case(File, id);
        var input = item.GetProperty("input");
        var inbound = Inbound with { FromUserName = input.Text("to"), ToUserName = input.Text("from_") };
        var written = ReplyXml.Write(inbound, new TextReply(input.Text("content")), DateTimeOffset.FromUnixTimeSeconds(input.GetProperty("create_time").GetInt64()));
        Assert.Equal(item.Text("expected_xml"), written);
        Assert.Equal(input.Text("content"), XElement.Parse(written).Element("Content")!.Value);
    }

    [Fact]
    public void A_kept_reply_reads_back_as_it_was() => Assert.All(
        new Reply[] { new TextReply("查询😷"), new NewsReply("t", "d", null, "u"), NoReply.Instance },
        reply => Assert.Equal(reply, JsonSerializer.Deserialize<Reply>(JsonSerializer.Serialize(reply))));

    [Fact]
    public void A_card_has_one_article()
    {
        var written = XElement.Parse(ReplyXml.Write(Inbound, new NewsReply("预约", "今天 & 明天", "https://a.cn/p.png", "https://a.cn/?x=1&y=2"), Now));
        var article = Assert.Single(written.Element("Articles")!.Elements("item"));
        Assert.Equal(("news", "1", "oU", "gh"), (written.Element("MsgType")!.Value, written.Element("ArticleCount")!.Value, written.Element("ToUserName")!.Value, written.Element("FromUserName")!.Value));
        Assert.Equal(("预约", "今天 & 明天", "https://a.cn/p.png", "https://a.cn/?x=1&y=2"), (article.Element("Title")!.Value, article.Element("Description")!.Value, article.Element("PicUrl")!.Value, article.Element("Url")!.Value));
    }

    [Fact]
    public void A_card_without_a_picture_leaves_it_out() =>
        Assert.Empty(XElement.Parse(ReplyXml.Write(Inbound, new NewsReply("t", "d", null, "u"), Now)).Descendants("PicUrl"));

    [Fact]
    public void Nothing_to_say_is_the_word_success() => Assert.Equal("success", ReplyXml.Write(Inbound, NoReply.Instance, Now));

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("\u0001")]
    public void An_empty_text_is_nothing_to_say(string text) => Assert.Equal("success", ReplyXml.Write(Inbound, new TextReply(text), Now));

    [Fact]
    public void Control_characters_and_half_characters_are_left_out() =>
        Assert.Equal("a\nb\tcd😷", Content("a\r\nb\tc\u0001\u0085\ud83d\uffffd😷"));

    [Theory]
    [InlineData("好", 2048)]
    [InlineData("x", 2048)]
    [InlineData("😷", 512)]
    [InlineData("👨‍👩‍👧‍👦", 81)]
    public void Long_text_is_cut_between_characters_at_2048_bytes(string character, int times)
    {
        var content = Content(string.Concat(Enumerable.Repeat(character, times + 1)));
        var bytes = Encoding.UTF8.GetByteCount(content);
        var one = Encoding.UTF8.GetByteCount(character);
        Assert.Equal(2048 / one * one, bytes);
        Assert.Equal("", content.Replace(character, "", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_of_exactly_2048_bytes_is_kept_whole() => Assert.Equal(new string('x', 2048), Content(new string('x', 2048)));

    [Fact]
    public void An_encrypted_reply_carries_its_proof()
    {
        var fields = MessageXml.ReadFields(ReplyXml.Write(new SealedMessage("abc+/=", "sig", "1586000000", "42")));
        Assert.Equal(["Encrypt=abc+/=", "MsgSignature=sig", "Nonce=42", "TimeStamp=1586000000"], fields.Select(field => $"{field.Key}={field.Value}").Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private static string Content(string text) => XElement.Parse(ReplyXml.Write(Inbound, new TextReply(text), Now)).Element("Content")!.Value;
}
