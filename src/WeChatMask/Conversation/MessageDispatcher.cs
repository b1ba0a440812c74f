using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Where the webhook hands its messages in: each is taken once, features react to it, and the <see cref="ChatRouter"/> answers.</summary>
public sealed partial class MessageDispatcher(
    MessageDeduplicator once, ChatRouter listener, IEnumerable<EventReaction> reactions, GeneralAnswers general, ILogger<MessageDispatcher> log)
{
    /// <summary>The answer to a message; an apology when there can be none.</summary>
    public async Task<Reply> AnswerAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        var content = message.Read();
        if (!ChatRouter.Concerns(content)) return NoReply.Instance;
        try
        {
            return await once.RunAsync(message.Identity(), time => HandleAsync(message, content, time), cancellationToken);
        }
#pragma warning disable CA1031 // Silence would leave a person waiting; whatever failed, they can be told to try again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure.GetType().Name);
            return ChatRouter.IsAwaited(content) ? general.Busy() : NoReply.Instance;
        }
    }

    private async Task<Reply> HandleAsync(InboundMessage message, MessageContent content, CancellationToken cancellationToken)
    {
        if (content is EventContent happened)
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(message.CreateTime, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
            foreach (var reaction in reactions) await reaction(message.FromUserName, happened, at, cancellationToken);
        }

        return await listener.AnswerAsync(message.FromUserName, content, cancellationToken);
    }

    // The type alone: a message of an exception may quote what was typed.
    [LoggerMessage(Level = LogLevel.Error, Message = "No answer in the conversation, {Failure}; the person was asked to try again")]
    private partial void LogFailure(string failure);
}
