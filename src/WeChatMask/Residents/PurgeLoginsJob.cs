using WeChatMask.Data;
using WeChatMask.Jobs;

namespace WeChatMask.Residents;

/// <summary>Removes spent states and codes of log-ins when their time is over.</summary>
public sealed class PurgeLoginsJob(LoginStore store, MachineClock machine) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.PurgeAsync(machine.Time.GetUtcNow(), cancellationToken);
}
