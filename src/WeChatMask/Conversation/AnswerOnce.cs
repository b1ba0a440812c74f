using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Sees to it that a message has one effect and one reply, however often and on however many nodes it arrives.</summary>
/// <remarks>
/// A message is claimed, handled, and its reply kept before it is said. A resend gets the kept reply. One that comes while
/// the first is still being handled waits for its reply; when the first one's node has died, it takes over after the
/// lease. A handling that failed leaves nothing behind, so the resend is handled afresh.
/// </remarks>
public sealed partial class AnswerOnce(
    MessageDesk desk, HandledMessageStore store, PersonalData personal, Listener listener, IEnumerable<EventReaction> reactions,
    GeneralAnswers general, ILogger<AnswerOnce> log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Shorter than the lease: who has lost the claim must not be at it any more.
    private static readonly TimeSpan HandlingTime = TimeSpan.FromSeconds(3);

    /// <summary>The answer to a message; an apology when there can be none.</summary>
    public async Task<Reply> AnswerAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        var content = message.Read();
        if (!Listener.Concerns(content)) return NoReply.Instance;
        try
        {
            return await ClaimAsync(message, content, personal.MessageHash(message.Identity()), cancellationToken);
        }
#pragma warning disable CA1031 // Silence would leave a person waiting; whatever failed, they can be told to try again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure.GetType().Name);
            return Listener.IsAwaited(content) ? general.Busy() : NoReply.Instance;
        }
    }

    private async Task<Reply> ClaimAsync(InboundMessage message, MessageContent content, string key, CancellationToken cancellationToken)
    {
        while (true)
        {
            var claim = await desk.ClaimAsync(key).WaitAsync(cancellationToken);
            if (claim.Reply is { } kept) return JsonSerializer.Deserialize<Reply>(personal.Decrypt(kept))!;
            if (claim.Lease is { } lease) return await HandleAsync(message, content, key, lease, cancellationToken);
            do await Task.Delay(Look, cancellationToken);
            while (await store.IsHeldAsync(key, cancellationToken));
        }
    }

    private async Task<Reply> HandleAsync(InboundMessage message, MessageContent content, string key, long lease, CancellationToken cancellationToken)
    {
        Reply reply;
        try
        {
            using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            time.CancelAfter(HandlingTime);
            await ReactAsync(message, content, time.Token);
            reply = await listener.AnswerAsync(message.FromUserName, content, time.Token);
        }
        catch
        {
            await TryAsync(desk.ReleaseAsync(key, lease));
            throw;
        }

        // What was done is done: a reply that cannot be kept is said all the same.
        await TryAsync(desk.AnswerAsync(key, lease, personal.Encrypt(JsonSerializer.Serialize(reply))));
        return reply;
    }

    private async Task ReactAsync(InboundMessage message, MessageContent content, CancellationToken cancellationToken)
    {
        if (content is not EventContent happened) return;
        var at = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(message.CreateTime, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        foreach (var reaction in reactions) await reaction(message.FromUserName, happened, at, cancellationToken);
    }

    private async Task TryAsync(Task writing)
    {
        try
        {
            await writing;
        }
        catch (InvalidOperationException)
        {
            LogNotKept();
        }
    }

    // The type alone: a message of an exception may quote what was typed.
    [LoggerMessage(Level = LogLevel.Error, Message = "No answer in the conversation, {Failure}; the person was asked to try again")]
    private partial void LogFailure(string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of a message could not be kept; a resend may be handled again")]
    private partial void LogNotKept();
}
