using WeChatMask.Jobs;

namespace WeChatMask.Residents;

public sealed class PurgePersonalDataJob : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => Task.FromResult(0);
}
