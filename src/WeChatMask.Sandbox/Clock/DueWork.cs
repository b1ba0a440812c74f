using WeChatMask.Jobs;

namespace WeChatMask.Sandbox;

/// <summary>Runs jobs for a clock that is moved, beside their schedule.</summary>
public sealed class DueWork(JobRunner runner, IReadOnlyList<ScheduledJob> jobs, DueMomentQueries moments)
{
    private const int MostPasses = 50;

    /// <summary>Runs one job. One that fails has done nothing, and its failure is in the history.</summary>
    public async Task<int> RunAsync(ScheduledJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await runner.RunAsync(job, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>Runs all jobs in the schedule's order until a pass finds nothing to do.</summary>
    public async Task<int> RunAllAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var done = 0;
            foreach (var job in jobs) done += await RunAsync(job, cancellationToken);
            total += done;
            if (done == 0) break;
        }

        return total;
    }

    /// <summary>The next instant after <paramref name="after"/> at which some job will have something to do, or none that is known.</summary>
    public Task<DateTimeOffset?> NextMomentAsync(DateTimeOffset after, CancellationToken cancellationToken) =>
        moments.NextAsync(after, cancellationToken);
}
