using WeChatMask.Jobs;

namespace WeChatMask.Levers;

/// <summary>Carries out what a lever that was pressed left to be done.</summary>
public sealed class FinishLeversJob(LeverWorkStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.FinishAsync(cancellationToken);
}
