using Hangfire;
using Hangfire.Storage;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Jobs;

/// <summary>Every job as it stands: what this node's schedule says of it, and what the whole city's history says.</summary>
public sealed class JobBoard(
    IReadOnlyList<ScheduledJob> schedule, JobStorage storage, JobRunStore runs, IRecurringJobManager manager, Database database, MachineClock machine, CityCalendar calendar)
{
    // Longer than the scheduler takes to look at what is due, also on a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>In the order of the schedule.</summary>
    public async Task<IReadOnlyList<JobState>> ReadAsync(CancellationToken cancellationToken)
    {
        var last = (await runs.LastAsync(cancellationToken)).ToLookup(r => r.Job, StringComparer.Ordinal);
        using var connection = storage.GetConnection();
        var laid = connection.GetRecurringJobs().ToDictionary(j => j.Id, StringComparer.Ordinal);
        var now = machine.Time.GetUtcNow();
        return [.. schedule.Select(job => Of(job, last[job.Name].ToList(), laid.GetValueOrDefault(job.Name), now))];
    }

    /// <summary>Wakes a job on this node at once. False when there is none of that name. What is due the job finds out itself, so twice is as good as once.</summary>
    public async Task<bool> RunNowAsync(string actor, string name, CancellationToken cancellationToken)
    {
        if (!schedule.Any(j => j.Name == name)) return false;
        await database.WriteAsync(t => AuditStore.AddAsync(t, calendar.Now, actor, "job.run", name), cancellationToken);
        manager.Trigger(name);
        return true;
    }

    private static JobState Of(ScheduledJob job, List<JobRun> last, RecurringJobDto? laid, DateTimeOffset now)
    {
        var (done, failed) = (last.Find(r => r.Outcome == JobOutcome.Done), last.Find(r => r.Outcome == JobOutcome.Failed));
        return new JobState(job, Utc(laid?.LastExecution), Utc(laid?.NextExecution), done, failed)
        {
            IsLate = laid?.NextExecution is not { } next || Utc(next) < now - Patience,
            // A look that found nothing due leaves no row, and only this node knows of it.
            IsFailing = failed is not null && !(done?.Id > failed.Id) && !(laid?.LastJobState == Hangfire.States.SucceededState.StateName),
        };
    }

    private static DateTimeOffset? Utc(DateTime? time) => time is { } utc ? new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)) : null;
}

/// <summary>One job: when this node looked last and looks next, in machine time, and the newest runs of the whole city, in the city's; null where there is none.</summary>
public sealed record JobState(ScheduledJob Job, DateTimeOffset? LookedAt, DateTimeOffset? NextAt, JobRun? Done, JobRun? Failed)
{
    /// <summary>Whether this node should have looked by now and has not.</summary>
    public bool IsLate { get; init; }

    /// <summary>Whether the newest run failed, and none has gone well since.</summary>
    public bool IsFailing { get; init; }
}
