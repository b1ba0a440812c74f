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
public sealed partial class MessageDeduplicator(ClaimWriter claims, HandledMessageStore store, PersonalData personal, ILogger<MessageDeduplicator> log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Shorter than the lease: who has lost the claim must not be at it any more.
    private static readonly TimeSpan HandlingTime = TimeSpan.FromSeconds(3);

    /// <summary>The reply to a message: the kept one, or that of <paramref name="handle"/>, which then has run.</summary>
    /// <remarks>The identity is <see cref="InboundMessage.Identity"/>. What handles the message stops when it is told to.</remarks>
    /// <exception cref="InvalidOperationException">The message could not be claimed; nothing was done.</exception>
    public async Task<Reply> RunAsync(string identity, Func<CancellationToken, Task<Reply>> handle, CancellationToken cancellationToken)
    {
        var key = personal.KeyedHash(HashPurpose.Message, identity);
        while (true)
        {
            var claim = await claims.ClaimAsync(key).WaitAsync(cancellationToken);
            if (claim.Reply is { } kept) return JsonSerializer.Deserialize<Reply>(personal.Decrypt(kept))!;
            if (claim.Lease is { } lease) return await HandleAsync(key, lease, handle, cancellationToken);
            do await Task.Delay(Look, cancellationToken);
            while (await store.IsHeldAsync(key, cancellationToken));
        }
    }

    private async Task<Reply> HandleAsync(string key, long lease, Func<CancellationToken, Task<Reply>> handle, CancellationToken cancellationToken)
    {
        Reply reply;
        try
        {
            using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            time.CancelAfter(HandlingTime);
            reply = await handle(time.Token);
        }
        catch
        {
            await TryAsync(claims.ReleaseAsync(key, lease));
            throw;
        }

        // What was done is done: a reply that cannot be kept is said all the same.
        await TryAsync(claims.AnswerAsync(key, lease, personal.Encrypt(JsonSerializer.Serialize(reply))));
        return reply;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of a message could not be kept; a resend may be handled again")]
    private partial void LogNotKept();
}
