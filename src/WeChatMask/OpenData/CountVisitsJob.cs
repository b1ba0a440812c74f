using System.Data.Common;
using WeChatMask.Jobs;

namespace WeChatMask.OpenData;

/// <summary>Adds this node's counted visits to the city's.</summary>
public sealed class CountVisitsJob(VisitStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.WriteAsync(cancellationToken);
}

/// <summary>Adds the last visits when the node stops.</summary>
public sealed partial class LastVisits(VisitStore store, ILogger<LastVisits> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(cancellationToken);
        }
        catch (Exception e) when (e is DbException or OperationCanceledException)
        {
            LogUncounted(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last visits could not be counted: {Problem}")]
    private partial void LogUncounted(string problem);
}
