using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

/// <summary>Every kind of message and event that a service account meets, by what it says.</summary>
public sealed class MessageContentTests
{
    private const string InboundFile = "05_inbound_xml.json";

    public static TheoryData<string, MessageContent> Messages => new()
    {
        { "<MsgType>text</MsgType><Content>查询</Content><bizmsgmenuid>101</bizmsgmenuid>", new TextMessage("查询") },
        { "<MsgType>text</MsgType>", new TextMessage("") },
        { "<MsgType>image</MsgType><PicUrl>http://p</PicUrl>", new ImageMessage() },
        { "<MsgType>voice</MsgType><MediaId>m</MediaId><Format>amr</Format><Recognition>多少钱</Recognition>", new VoiceMessage("多少钱") },
        { "<MsgType>video</MsgType><MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>", new VideoMessage() },
        { "<MsgType>shortvideo</MsgType><MediaId>m</MediaId>", new VideoMessage() },
        { "<MsgType>location</MsgType><Location_X>27.73</Location_X><Location_Y>112.00</Location_Y><Scale>20</Scale><Label>娄底</Label>", new LocationMessage(27.73, 112.00) },
        { "<MsgType>location</MsgType><Location_X>north</Location_X><Location_Y>1e999</Location_Y><Scale>?</Scale>", new LocationMessage(null, null) },
        { "<MsgType>link</MsgType><Title>t</Title><Description>d</Description><Url>http://u</Url>", new LinkMessage() },
        { "<MsgType>file</MsgType><Title>a.xlsx</Title><FileKey>k</FileKey><FileMd5>5</FileMd5><FileTotalLen>7</FileTotalLen>", new FileMessage() },
        { "<MsgType>sticker</MsgType>", new UnknownMessage() },
        { "<MsgType>TEXT</MsgType><Content>a</Content>", new UnknownMessage() },
    };

    public static TheoryData<string, MessageContent> Events => new()
    {
        { "<Event>subscribe</Event>", new SubscribeEvent(null) },
        { "<Event>subscribe</Event><EventKey></EventKey>", new SubscribeEvent(null) },
        { "<Event>subscribe</Event><EventKey>qrscene_LD01</EventKey><Ticket>T</Ticket>", new SubscribeEvent("LD01") },
        { "<Event>subscribe</Event><EventKey>qrscene_qrscene_1</EventKey>", new SubscribeEvent("qrscene_1") },
        { "<Event>subscribe</Event><EventKey>qrscene_</EventKey>", new SubscribeEvent(null) },
        { "<Event>subscribe</Event><EventKey>scanbarcode|1|2</EventKey>", new SubscribeEvent(null) },
        { "<Event>subscribe</Event><EventKey>last_trade_no_1</EventKey>", new SubscribeEvent(null) },
        { "<Event>unsubscribe</Event><EventKey></EventKey>", new UnsubscribeEvent() },
        { "<Event>SCAN</Event><EventKey>qrscene_1</EventKey><Ticket>T</Ticket>", new ScanEvent("qrscene_1") },
        { "<Event>scan</Event><EventKey>LD01</EventKey>", new ScanEvent("LD01") },
        { "<Event>CLICK</Event><EventKey>MINE</EventKey>", new ClickEvent("MINE") },
        { "<Event>scancode_waitmsg</Event><EventKey>6</EventKey><ScanCodeInfo><ScanResult>2</ScanResult><ScanType>barcode</ScanType></ScanCodeInfo>", new ScanCodeEvent("2") },
        { "<Event>scancode_waitmsg</Event><ScanCodeInfo>2</ScanCodeInfo>", new ScanCodeEvent(null) },
        { "<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status>", new TemplateSentEvent("1", TemplateOutcome.Delivered) },
        { "<Event>templatesendjobfinish</Event><MsgID>1</MsgID><Status>failed:user block</Status>", new TemplateSentEvent("1", TemplateOutcome.UserBlocked) },
        { "<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>failed: system failed</Status>", new TemplateSentEvent("1", TemplateOutcome.SystemFailed) },
        { "<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>failed:system failed</Status>", new TemplateSentEvent("1", TemplateOutcome.SystemFailed) },
        { "<Event>TEMPLATESENDJOBFINISH</Event><Status>failed:new reason</Status>", new TemplateSentEvent("", TemplateOutcome.Unknown) },
    };

    public static TheoryData<string> EventsThatNeedNothing =>
    [
        "<Event>LOCATION</Event><Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>119</Precision>",
        "<Event>VIEW</Event><EventKey>http://u</EventKey><MenuId>9</MenuId>",
        "<Event>view_miniprogram</Event><EventKey>pages/index</EventKey><MenuId>9</MenuId>",
        "<Event>scancode_push</Event><EventKey>6</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo>",
        "<Event>pic_sysphoto</Event><EventKey>6</EventKey><SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>a</PicMd5Sum></item></PicList></SendPicsInfo>",
        "<Event>pic_photo_or_album</Event><EventKey>6</EventKey>",
        "<Event>PIC_WEIXIN</Event><EventKey>6</EventKey>",
        "<Event>location_select</Event><EventKey>6</EventKey><SendLocationInfo><Location_X>23</Location_X><Location_Y>113</Location_Y><Scale>15</Scale><Label>广州</Label><Poiname></Poiname></SendLocationInfo>",
        "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>\n <List><TemplateId>A</TemplateId><SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString><PopupScene>2</PopupScene></List>\n</SubscribeMsgPopupEvent>",
        "<Event>subscribe_msg_change_event</Event><SubscribeMsgChangeEvent><List><SubscribeStatusString>reject</SubscribeStatusString><TemplateId>B</TemplateId></List></SubscribeMsgChangeEvent>",
        "<Event>MASSSENDJOBFINISH</Event><MsgID>1</MsgID>",
        "",
    ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_says_what_it_says(string fields, MessageContent content) => Assert.Equal(content, Read(fields));

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_says_what_happened(string fields, MessageContent content) => Assert.Equal(content, Read($"<MsgType>event</MsgType>{fields}"));

    [Theory]
    [MemberData(nameof(EventsThatNeedNothing))]
    public void An_event_that_needs_nothing_is_only_acknowledged(string fields)
    {
        var content = Read($"<MsgType>event</MsgType>{fields}");
        Assert.IsType<OtherEvent>(content);
        Assert.False(WeChatMask.Conversation.ChatRouter.Concerns(content));
    }

    [Fact]
    public void The_documented_result_of_a_template_is_read()
    {
        var message = MessageXml.Parse(VectorFile.Case(InboundFile, "in-template-finish-block").Text("xml"));
        Assert.Equal(new TemplateSentEvent("200163840", TemplateOutcome.UserBlocked), message.Read());
    }

    [Fact]
    public void What_became_of_notices_is_told_for_each()
    {
        var sent = Assert.IsType<SubscriptionSentEvent>(Read(
            "<MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>A</TemplateId><MsgID>1700827132819554304</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List><List><TemplateId>B</TemplateId><MsgID>2</MsgID><ErrorCode>43101</ErrorCode></List></SubscribeMsgSentEvent>"));
        Assert.Equal([new("1700827132819554304", "0"), new("2", "43101")], sent.Deliveries);
        Assert.Equal([true, false], sent.Deliveries.Select(d => d.IsDelivered));
    }

    [Fact]
    public void A_content_in_a_log_line_says_only_its_kind() =>
        Assert.Equal("TextMessage", new TextMessage("我的身份证号").ToString());

    [Theory]
    [InlineData("<MsgType>text</MsgType><MsgId>7</MsgId><Content>a</Content>", "<MsgId><![CDATA[7]]></MsgId><Content>a</Content><MsgType><![CDATA[text]]></MsgType>", true)]
    [InlineData("<MsgType>text</MsgType><MsgId>7</MsgId>", "<MsgType>text</MsgType><MsgId>8</MsgId>", false)]
    [InlineData("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>A</EventKey>", "<EventKey>A</EventKey><Event>click</Event><MsgType>event</MsgType>", true)]
    [InlineData("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>A</EventKey>", "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>B</EventKey>", false)]
    [InlineData("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>A</EventKey>", "<MsgType>event</MsgType><Event>VIEW</Event><EventKey>A</EventKey>", false)]
    [InlineData("<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID>", "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>2</MsgID>", false)]
    [InlineData("<MsgType>video</MsgType><MediaId>1</MediaId>", "<MsgType>video</MsgType><MediaId>1</MediaId>", true)]
    public void A_resend_is_the_same_message_and_another_is_not(string first, string second, bool same) =>
        Assert.Equal(same, Parse(first).Identity() == Parse(second).Identity());

    [Fact]
    public void A_made_up_MsgId_never_calls_up_the_answer_to_another_person() =>
        Assert.NotEqual(
            Parse("<MsgType>text</MsgType><MsgId>7</MsgId>").Identity(),
            (Parse("<MsgType>text</MsgType><MsgId>7</MsgId>") with { FromUserName = "oBen" }).Identity(), StringComparer.Ordinal);

    private static MessageContent Read(string fields) => Parse(fields).Read();

    private static InboundMessage Parse(string fields) =>
        MessageXml.Parse($"<xml><ToUserName>gh_m</ToUserName><FromUserName>oU</FromUserName><CreateTime>1586000000</CreateTime>{fields}</xml>");
}
