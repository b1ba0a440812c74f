using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Takes what WeChat reports without a person waiting for an answer: who left or came back, and what became of messages.</summary>
public sealed class AccountReports(FollowerStore followers, ReceiptStore receipts)
{
    private const string Success = "success";
    private const int LongestResult = 64;

    /// <summary>Taken twice, a report is the same as once; other events are none of its business.</summary>
    public Task TakeAsync(string openId, EventContent happened, DateTimeOffset at, CancellationToken cancellationToken) => happened switch
    {
        // Leaving the chat ends its messages and no booking; coming back brings them again.
        UnsubscribeEvent => followers.LoseAsync(openId, cancellationToken),
        SubscribeEvent => followers.RegainAsync(openId, cancellationToken),
        TemplateSentEvent { MsgId.Length: > 0 } sent => receipts.ReportAsync(
            sent.MsgId, sent.Outcome == TemplateOutcome.Delivered ? Success : $"failed:{sent.Outcome}", cancellationToken),
        SubscriptionSentEvent sent => NoticesAsync(sent, cancellationToken),
        _ => Task.CompletedTask,
    };

    private async Task NoticesAsync(SubscriptionSentEvent sent, CancellationToken cancellationToken)
    {
        foreach (var one in sent.Deliveries.Where(d => d.MsgId.Length > 0))
        {
            var result = one.IsDelivered ? Success : $"failed:{one.ErrorCode}";
            await receipts.ReportAsync(one.MsgId, result.Length <= LongestResult ? result : result[..LongestResult], cancellationToken);
        }
    }
}
