using WeChatMask.OfficialAccount;
using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Lets WeChat have its answer in time: one that takes too long is said afterwards, by a message of the account's own.</summary>
/// <remarks>
/// WeChat hangs up after five seconds and tells the person that the account is out of order. So the webhook answers
/// <c>success</c> before, the answer goes on being made, and the person reads it some seconds later.
/// </remarks>
public sealed partial class DeferredReplies(OfficialAccountClient client, TimeProvider time, ILogger<DeferredReplies> log)
{
    /// <summary>How long an answer may take to be the webhook's own; shorter than <see cref="MessageDeduplicator"/> lets it take, which then apologises.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(30);

    /// <summary>What <paramref name="make"/> gives, or no reply when that will be said afterwards.</summary>
    public async Task<Reply> AnswerAsync(string openId, Func<CancellationToken, Task<Reply>> make, CancellationToken cancellationToken)
    {
        var making = MakeAsync(make);
        try
        {
            return await making.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            _ = SayAsync(openId, making);
            return NoReply.Instance;
        }
    }

    // Not under the webhook's own token: the answer goes on when WeChat has hung up.
    private async Task<Reply> MakeAsync(Func<CancellationToken, Task<Reply>> make)
    {
        using var last = new CancellationTokenSource(LastPatience, time);
        return await make(last.Token);
    }

    private async Task SayAsync(string openId, Task<Reply> making)
    {
        try
        {
            var words = await making switch
            {
                TextReply text => text.Text,
                NewsReply news => $"{news.Title}\n{news.Description}\n{news.Url}",
                _ => "",
            };
            if (words.Length > 0) await client.SayAsync(openId, words, CancellationToken.None);
        }
#pragma warning disable CA1031 // Nobody awaits this: whatever fails is told to the log and to nobody else.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure.GetType().Name);
        }
    }

    // The type alone: a message of an exception may quote what was typed.
    [LoggerMessage(Level = LogLevel.Warning, Message = "A late answer in the conversation was not said, {Failure}")]
    private partial void LogFailure(string failure);
}
