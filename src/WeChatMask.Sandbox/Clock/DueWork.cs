using WeChatMask.Jobs;
using WeChatMask.Notices;

namespace WeChatMask.Sandbox;

/// <summary>Runs jobs for a clock that is moved, beside their schedule.</summary>
public sealed class DueWork(JobRunner runner, IReadOnlyList<ScheduledJob> jobs, DueMomentQueries moments)
{
    private const int MostPasses = 50;
    private static readonly Type[] Senders = [typeof(SendNoticesJob), typeof(SendWeChatNoticesJob)];

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

    /// <summary>Runs all jobs in the schedule's order until nothing is due any more.</summary>
    public Task<int> RunAllAsync(CancellationToken cancellationToken) => RunUntilQuietAsync(jobs, cancellationToken);

    /// <summary>Runs what is due at a moment.</summary>
    public Task<int> RunAsync(DueMoment moment, CancellationToken cancellationToken) =>
        RunUntilQuietAsync(moment.IsForMessages ? [.. jobs.Where(j => Senders.Contains(j.Type))] : jobs, cancellationToken);

    /// <summary>The next moment after <paramref name="after"/>.</summary>
    public Task<DueMoment> NextMomentAsync(DateTimeOffset after, CancellationToken cancellationToken) => moments.NextAsync(after, cancellationToken);

    private async Task<int> RunUntilQuietAsync(IReadOnlyList<ScheduledJob> due, CancellationToken cancellationToken)
    {
        var total = 0;
        for (var pass = 0; pass < MostPasses && due.Count > 0; pass++)
        {
            var busy = new List<ScheduledJob>();
            foreach (var job in due)
            {
                var done = await RunAsync(job, cancellationToken);
                if (done > 0) busy.Add(job);
                total += done;
            }

            // What somebody waits for may have made anything due; what nobody waits for, only more of its own.
            due = busy.Exists(j => j.Then.Count > 0) ? jobs : busy;
        }

        return total;
    }
}
