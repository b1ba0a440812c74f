using System.Diagnostics;
using WeChatMask.Telemetry;

namespace WeChatMask.Jobs;

/// <summary>A timed task: it reads the clock, does what is due by now, and may run twice, late or on two nodes.</summary>
public interface IJob
{
    /// <summary>Does what is due. Returns how many things it did; 0 when nothing was due.</summary>
    Task<int> RunAsync(CancellationToken cancellationToken);
}

/// <summary>A row of the schedule.</summary>
/// <param name="Name">Its name in the history and on the pages.</param>
/// <param name="Cron">When it looks for what is due, in the city's time: five fields, or six with seconds first.</param>
/// <param name="Type">The class that does it.</param>
public sealed record ScheduledJob(string Name, string Cron, Type Type)
{
    /// <summary>Jobs of the same schedule that look at once when this one did something.</summary>
    public IReadOnlyList<Type> Then { get; init; } = [];
}

/// <summary>Runs a job once and writes down what it did.</summary>
public sealed partial class JobRunner(IServiceScopeFactory scopes, JobRuns runs, Instruments instruments, ILogger<JobRunner> log)
{
    /// <summary>How many things it did. What it throws has been logged and stands in the history.</summary>
    public async Task<int> RunAsync(ScheduledJob job, CancellationToken cancellationToken)
    {
        var started = runs.Start();
        var began = Stopwatch.GetTimestamp();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var done = await ((IJob)scope.ServiceProvider.GetRequiredService(job.Type)).RunAsync(cancellationToken);
            instruments.JobRan(job.Name, done > 0 ? "done" : "nothing_due", Stopwatch.GetElapsedTime(began));
            await runs.RecordAsync(job.Name, started, done, null, cancellationToken);
            return done;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.Failed(log, e, job.Name);
            instruments.JobRan(job.Name, "failed", Stopwatch.GetElapsedTime(began));
            await runs.RecordAsync(job.Name, started, 0, e.GetType().Name, CancellationToken.None);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} failed; its next look tries again")]
        public static partial void Failed(ILogger log, Exception exception, string job);
    }
}
