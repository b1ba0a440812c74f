using System.Threading.Channels;
using WeChatMask.WeChat;

namespace WeChatMask.Sandbox;

/// <summary>Tells the app some moments later what became of messages it had sent, as WeChat's servers do.</summary>
public sealed partial class WeChatReports(Phones phones, ILogger<WeChatReports> log) : BackgroundService
{
    private const int MostWaiting = 10_000;

    // The sender writes the answer with the message's id down first.
    private static readonly TimeSpan Later = TimeSpan.FromMilliseconds(300);

    private readonly Channel<Report> waiting = Channel.CreateBounded<Report>(MostWaiting);

    /// <summary>A template message of this id has reached the phone.</summary>
    public void Delivered(string openId, long messageId) => waiting.Writer.TryWrite(new Report(
        openId, "TEMPLATESENDJOBFINISH", FormattableString.Invariant($"<MsgID>{messageId}</MsgID><Status><![CDATA[success]]></Status>")));

    /// <summary>A subscription notice of this id has reached the phone.</summary>
    public void Delivered(string openId, string template, long messageId) => waiting.Writer.TryWrite(new Report(
        openId,
        "subscribe_msg_sent_event",
        FormattableString.Invariant($"<SubscribeMsgSentEvent><List><TemplateId><![CDATA[{template}]]></TemplateId><MsgID><![CDATA[{messageId}]]></MsgID>")
            + "<ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus></List></SubscribeMsgSentEvent>"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var report in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await Task.Delay(Later, stoppingToken);
                await phones.ReportAsync(report.OpenId, report.Event, report.Xml, stoppingToken);
            }
            catch (Exception e) when (e is HttpRequestException or MessageRefusedException)
            {
                Log.NotTaken(log, e.GetType().Name);
            }
        }
    }

    private sealed record Report(string OpenId, string Event, string Xml);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A report did not reach the app: {Problem}")]
        public static partial void NotTaken(ILogger log, string problem);
    }
}
