using WeChatMask.Jobs;

namespace WeChatMask.Conversation;

/// <summary>Deletes the record of messages once no resend of them can come.</summary>
public sealed class PurgeMessagesJob(HandledMessageStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.PurgeAsync(cancellationToken);
}
