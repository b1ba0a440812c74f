using WeChatMask.Jobs;

namespace WeChatMask.Supervision;

public sealed class ReportDayJob : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => Task.FromResult(0);
}
