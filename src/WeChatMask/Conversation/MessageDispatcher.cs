using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>The product's one <see cref="MessageHandler"/>: all that happens to a message between the webhook and its answer, in order.</summary>
public sealed partial class MessageDispatcher(
    DeferredReplies deferred, MessageDeduplicator once, IEnumerable<EventReaction> reactions, ChatRouter router, GeneralAnswers general, ILogger<MessageDispatcher> log)
{
    /// <summary>The answer in time; none where there is none, or where it is said afterwards.</summary>
    public Task<Reply> AnswerAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        var content = message.Read();
        return ChatRouter.Concerns(content)
            ? deferred.AnswerAsync(message.FromUserName, time => DispatchAsync(message, content, time), cancellationToken)
            : Task.FromResult<Reply>(NoReply.Instance);
    }

    private async Task<Reply> DispatchAsync(InboundMessage message, MessageContent content, CancellationToken cancellationToken)
    {
        try
        {
            return await once.RunAsync(
                message.Identity(),
                async time =>
                {
                    if (content is EventContent happened) await ReactAsync(message, happened, time);
                    return await router.AnswerAsync(message.FromUserName, content, time);
                },
                cancellationToken);
        }
#pragma warning disable CA1031 // Silence would leave a person waiting; whatever failed, they can be told to try again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure.GetType().Name);
            return ChatRouter.IsAwaited(content) ? general.Busy() : NoReply.Instance;
        }
    }

    private async Task ReactAsync(InboundMessage message, EventContent happened, CancellationToken cancellationToken)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(message.CreateTime, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        foreach (var reaction in reactions) await reaction(message.FromUserName, happened, at, cancellationToken);
    }

    // The type alone: a message of an exception may quote what was typed.
    [LoggerMessage(Level = LogLevel.Error, Message = "No answer in the conversation, {Failure}; the person was asked to try again")]
    private partial void LogFailure(string failure);
}

/// <summary>
/// What is done when something happens, beside the answer. Register as many as there are, each as a service of this type: they
/// run before the answer is picked, once for an event whatever WeChat sends again, and must not call out, since a person waits.
/// </summary>
/// <param name="openId">Whose phone it was.</param>
/// <param name="happened">What happened.</param>
/// <param name="at">When, as WeChat tells it.</param>
/// <param name="cancellationToken">The answer's time is over.</param>
public delegate Task EventReaction(string openId, EventContent happened, DateTimeOffset at, CancellationToken cancellationToken);
