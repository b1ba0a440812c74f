namespace WeChatMask.Jobs;

/// <summary>A timed task: it reads the clock, does what is due by now, and may run twice, late or on two nodes.</summary>
public interface IJob
{
    /// <summary>Does what is due. Returns how many things it did; 0 when nothing was due.</summary>
    Task<int> RunAsync(CancellationToken cancellationToken);
}

/// <summary>Runs jobs and writes down what they did, whether the scheduler or a jumping sandbox clock asks.</summary>
public sealed class DueWork(IServiceScopeFactory scopes, DueMomentQueries moments, JobRuns runs, ILogger<DueWork> log)
{
    private const int MostPasses = 50;

    /// <summary>Runs one job of the schedule and records the run.</summary>
    public async Task<int> RunAsync(ScheduledJob job, CancellationToken cancellationToken)
    {
        var started = runs.Start();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var done = await ((IJob)scope.ServiceProvider.GetRequiredService(job.Type)).RunAsync(cancellationToken);
            await runs.RecordAsync(job.Name, started, done, null, cancellationToken);
            return done;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The loop of jobs must outlive any one failure; the row tells the supervisor, and the next run tries again.
            log.LogError(e, "Job {Job} failed", job.Name);
            await runs.RecordAsync(job.Name, started, 0, e.GetType().Name, CancellationToken.None);
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
            foreach (var job in Schedule.Jobs) done += await RunAsync(job, cancellationToken);
            total += done;
            if (done == 0) break;
        }

        return total;
    }

    /// <summary>The next instant after <paramref name="after"/> at which some job will have something to do, or none that is known.</summary>
    public Task<DateTimeOffset?> NextMomentAsync(DateTimeOffset after, CancellationToken cancellationToken) =>
        moments.NextAsync(after, cancellationToken);
}
