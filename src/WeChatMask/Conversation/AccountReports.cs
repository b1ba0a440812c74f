using System.Xml;
using System.Xml.Linq;
using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Takes what WeChat reports without a person waiting for an answer: who left or came back, and what became of messages.</summary>
public sealed class AccountReports(ReachStore reach, WeChatOutboxStore outbox)
{
    private const string Success = "success";
    private const int LongestResult = 64;

    /// <summary>Writes a report down; other messages are none of its business. Taken twice, it is the same as once.</summary>
    public Task TakeAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        // Leaving the chat ends its messages and no booking; coming back brings them again.
        if (message.IsEvent("unsubscribe")) return reach.LoseAsync(message.FromUserName, cancellationToken);
        if (message.IsEvent("subscribe")) return reach.RegainAsync(message.FromUserName, cancellationToken);
        if (message.IsEvent("TEMPLATESENDJOBFINISH")) return TemplateAsync(message, cancellationToken);
        return message.IsEvent("subscribe_msg_sent_event") ? NoticesAsync(message, cancellationToken) : Task.CompletedTask;
    }

    private Task TemplateAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        var id = message.Fields.GetValueOrDefault("MsgID") ?? message.MsgId;
        var status = Plain(message.Fields.GetValueOrDefault("Status"));
        return id is { Length: > 0 } && status.Length > 0 ? outbox.ReportAsync(id, status, cancellationToken) : Task.CompletedTask;
    }

    private async Task NoticesAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        if (message.Fields.GetValueOrDefault("SubscribeMsgSentEvent") is not { Length: > 0 } raw) return;
        foreach (var one in Read(raw).Elements("List"))
        {
            if (one.Element("MsgID")?.Value is not { Length: > 0 } id) continue;
            var code = one.Element("ErrorCode")?.Value ?? "";
            await outbox.ReportAsync(id, code == "0" ? Success : Plain($"failed:{code}"), cancellationToken);
        }
    }

    // WeChat writes "failed: system failed" with a blank or without.
    private static string Plain(string? status)
    {
        var plain = string.Concat((status ?? "").Where(c => !char.IsWhiteSpace(c)));
        return plain.Length <= LongestResult ? plain : plain[..LongestResult];
    }

    // Part of a document that was read under the same rules already.
    private static XElement Read(string xml)
    {
        using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return XElement.Load(reader);
    }
}
