using System.Text;
using System.Text.Json;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

public sealed class MessageXmlTests
{
    private const string InboundFile = "05_inbound_xml.json";
    private const string HostileFile = "06_hostile_xml.json";

    public static TheoryData<string> InboundCases => VectorFile.Ids(InboundFile);

    public static TheoryData<string> HostileCases => VectorFile.Ids(HostileFile);

    [Theory]
    [MemberData(nameof(InboundCases))]
    public void Every_field_of_a_message_is_read(string id)
    {
        var item = VectorFile.Case(InboundFile, id);
        var fields = MessageXml.ReadFields(item.Text("xml"));
        foreach (var field in item.GetProperty("expected_fields").EnumerateObject())
            Assert.Equal(field.Value.GetString(), fields[field.Name]);
        Assert.Equal(item.GetProperty("expected_fields").Text("FromUserName"), MessageXml.Parse(item.Text("xml")).FromUserName);
    }

    [Theory]
    [MemberData(nameof(HostileCases))]
    public void Hostile_bodies_are_refused_and_odd_ones_read(string id)
    {
        var item = VectorFile.Case(HostileFile, id);
        var body = HostileBody(item);
        if (string.Equals(item.Text("expect"), "accept", StringComparison.Ordinal))
            Assert.Equal("text", MessageXml.Parse(MessageXml.Decode(body)).MsgType);
        else
            Assert.Equal(
                item.TryGetProperty("answer", out _) ? MessageFault.Incomplete : MessageFault.Xml,
                Assert.Throws<MessageRefusedException>(() => MessageXml.Parse(MessageXml.Decode(body))).Fault);
    }

    [Fact]
    public void Elements_may_come_in_any_order_with_CDATA_or_without()
    {
        var message = MessageXml.Parse("<xml><MsgId>7</MsgId><Content> 查询 </Content><MsgType>text</MsgType><CreateTime><![CDATA[1586000000]]></CreateTime><FromUserName>oU</FromUserName></xml>");
        Assert.Equal(("", "oU", 1586000000L, "text", "7", " 查询 "), (message.ToUserName, message.FromUserName, message.CreateTime, message.MsgType, message.MsgId, message.Content));
        Assert.Empty(message.Fields);
    }

    [Fact]
    public void Unknown_kinds_and_fields_are_kept_as_they_came()
    {
        var message = MessageXml.Parse(Message("<Event>brand_new</Event><List><TemplateId>a</TemplateId></List><Odd>1</Odd>"));
        Assert.Equal("brand_new", message.Event);
        Assert.Equal("<List><TemplateId>a</TemplateId></List>", message.Fields["List"]);
        Assert.Equal("1", message.Fields["Odd"]);
    }

    [Fact]
    public void Events_are_matched_without_regard_to_case()
    {
        var message = MessageXml.Parse(Message("<Event>scan</Event><EventKey>P001</EventKey><Ticket>t</Ticket>"));
        Assert.Equal(new ScanEvent("P001"), message.Read());
        Assert.Equal("t", message.Fields["Ticket"]);
    }

    [Fact]
    public void Text_that_looks_like_markup_stays_text()
    {
        var message = MessageXml.Parse(VectorFile.Case(HostileFile, "host-cdata-injection-text").Text("body"));
        Assert.Equal("x]]><MsgType>event</MsgType>", message.Content);
    }

    [Theory]
    [InlineData("<FromUserName>oOther</FromUserName>")]
    [InlineData("<A/><A/>")]
    [InlineData("<A>&undefined;</A>")]
    public void A_field_given_twice_or_unknown_entities_are_refused(string fields) =>
        Assert.Throws<MessageRefusedException>(() => MessageXml.Parse(Message(fields)));

    [Theory]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("1e9")]
    [InlineData("99999999999999999999")]
    [InlineData("<s>1586000000</s>")]
    public void CreateTime_must_be_a_number(string time) =>
        Assert.Throws<MessageRefusedException>(() => MessageXml.Parse($"<xml><FromUserName>oU</FromUserName><CreateTime>{time}</CreateTime><MsgType>text</MsgType></xml>"));

    [Fact]
    public void A_sender_in_a_foreign_namespace_is_no_sender() =>
        Assert.Throws<MessageRefusedException>(() => MessageXml.Parse("<xml xmlns:a=\"urn:a\"><a:FromUserName>oU</a:FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"));

    [Fact]
    public void Sixteen_levels_are_read_and_thousands_refused()
    {
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("<a>", levels)) + string.Concat(Enumerable.Repeat("</a>", levels));
        Assert.Equal("event", MessageXml.Parse(Message(Nested(16))).MsgType);
        Assert.Throws<MessageRefusedException>(() => MessageXml.Parse(Message(Nested(9000))));
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused() =>
        Assert.Equal(MessageFault.Xml, Assert.Throws<MessageRefusedException>(() => MessageXml.Decode([0x3C, 0xC3, 0x28, 0x3E])).Fault);

    [Fact]
    public void A_message_in_a_log_line_names_nobody() =>
        Assert.DoesNotContain("oU", MessageXml.Parse(Message("<Content>x</Content>")).ToString(), StringComparison.Ordinal);

    internal static byte[] HostileBody(JsonElement item)
    {
        if (item.TryGetProperty("body_base64", out var bytes)) return bytes.GetBytesFromBase64();
        if (!item.TryGetProperty("body_spec", out var spec)) return Encoding.UTF8.GetBytes(item.Text("body"));
        var middle = string.Concat(Enumerable.Repeat(spec.Text("repeat"), spec.GetProperty("times").GetInt32()));
        return Encoding.UTF8.GetBytes(spec.Text("prefix") + middle + spec.Text("suffix"));
    }

    private static string Message(string fields) =>
        $"<xml><ToUserName>gh_m</ToUserName><FromUserName>oU</FromUserName><CreateTime>1586000000</CreateTime><MsgType>event</MsgType>{fields}</xml>";
}
