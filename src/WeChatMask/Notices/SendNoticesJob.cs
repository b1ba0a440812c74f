using WeChatMask.Jobs;

namespace WeChatMask.Notices;

public sealed class SendNoticesJob : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => Task.FromResult(0);
}
