using Quartz;

namespace WeChatMask.Jobs;

/// <summary>Binds the schedule to Quartz, and lets a jumping clock hold it for a moment.</summary>
public static class Scheduler
{
    private const string JobName = "job";

    /// <summary>Registers the jobs, Quartz in memory, and the runner.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<JobRunStore>().AddSingleton<JobRuns>().AddSingleton<DueMomentQueries>().AddSingleton<DueWork>().AddSingleton<JobGate>().AddSingleton<SchedulerPause>();
        foreach (var job in Schedule.Jobs) services.AddScoped(job.Type);
        services.AddQuartz(quartz =>
        {
            foreach (var job in Schedule.Jobs)
            {
                quartz.ScheduleJob<QuartzJob>(
                    trigger => trigger.WithIdentity(job.Name)
                        .WithSimpleSchedule(s => s.WithInterval(job.Every).RepeatForever()),
                    detail => detail.WithIdentity(job.Name).UsingJobData(JobName, job.Name).DisallowConcurrentExecution());
                // What came due while the process was down is done at its start, not at the next tick.
                quartz.RunAtStartup(new JobKey(job.Name));
            }
        });
        services.AddQuartzHostedService(o => o.WaitForJobsToComplete = true);
        return services;
    }

    private sealed class QuartzJob(DueWork work, JobGate gate) : Quartz.IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            if (!gate.TryEnter()) return;
            try
            {
                var name = context.MergedJobDataMap.GetString(JobName);
                await work.RunAsync(Schedule.Jobs.First(j => j.Name == name), cancellationToken);
            }
            finally
            {
                gate.Leave();
            }
        }
    }
}

/// <summary>Holds the scheduler while the clock is moved, and starts it again on the new time.</summary>
/// <remarks>
/// Quartz notices a jump only when it next wakes, and after a jump back its next times lie in the future; so every
/// trigger is laid anew. Who holds the pause runs what is due by <see cref="DueWork"/>.
/// </remarks>
public sealed class SchedulerPause(ISchedulerFactory schedulers, JobGate gate, TimeProvider time)
{
    /// <summary>Stops firing until the returned handle is disposed, and waits for the runs under way.</summary>
    public async Task<IAsyncDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        await gate.CloseAsync(cancellationToken);
        await scheduler.Standby(cancellationToken);
        return new Held(scheduler, gate, time);
    }

    private sealed class Held(IScheduler scheduler, JobGate gate, TimeProvider time) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            gate.Open();
            foreach (var job in Schedule.Jobs)
            {
                var key = new TriggerKey(job.Name);
                if (await scheduler.GetTrigger(key) is { } trigger)
                    await scheduler.RescheduleJob(key, trigger.GetTriggerBuilder().StartAt(time.GetUtcNow()).Build());
            }

            await scheduler.Start();
        }
    }
}
