using WeChatMask.Jobs;

namespace WeChatMask.Cases;

/// <summary>Pauses pharmacies whose suspension begins with today's round.</summary>
public sealed class ApplySuspensionsJob(ViolationStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.ApplyDueAsync(cancellationToken);
}
