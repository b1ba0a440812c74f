using WeChatMask.Data;

namespace WeChatMask.Jobs;

/// <summary>The history of job runs that did something or failed; a run that found nothing due leaves no row.</summary>
public sealed class JobRuns(JobRunStore store, TimeProvider time)
{
    private static readonly string Node = Environment.MachineName;

    public DateTimeOffset Start() => time.GetUtcNow();

    public Task RecordAsync(string job, DateTimeOffset started, int done, string? problem, CancellationToken cancellationToken)
    {
        if (done == 0 && problem is null) return Task.CompletedTask;
        var run = new JobRun
        {
            Id = Ids.Next(), Job = job, Node = Node, StartedAt = started, EndedAt = time.GetUtcNow(),
            Outcome = problem is null ? JobOutcome.Done : JobOutcome.Failed, Done = done, Problem = problem,
        };
        return store.AddAsync(run, cancellationToken);
    }

    /// <summary>The newest runs, newest first.</summary>
    public Task<List<JobRun>> NewestAsync(int count, CancellationToken cancellationToken) => store.NewestAsync(count, null, cancellationToken);
}

/// <summary>How a run ended.</summary>
public enum JobOutcome
{
    Done,

    /// <summary>It threw; the next run tries again.</summary>
    Failed,
}

/// <summary>One run of one job.</summary>
public sealed class JobRun
{
    public long Id { get; init; }

    public string Job { get; init; } = "";

    public string Node { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset EndedAt { get; init; }

    public JobOutcome Outcome { get; init; }

    public int Done { get; init; }

    public string? Problem { get; init; }
}
