using Quartz;
using WeChatMask.Data;

namespace WeChatMask.Jobs;

/// <summary>Binds the schedule to Quartz: what each node looks for itself in memory, what one node does for all in the database they share.</summary>
public static class Scheduler
{
    /// <summary>The scheduler that each node has for itself.</summary>
    internal const string OfNode = "node";

    /// <summary>The scheduler that all nodes of a database are one cluster of.</summary>
    internal const string OfCity = "city";

    // A node that is silent for longer than the two together is taken for dead, and its jobs go to the others.
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfterOutage = TimeSpan.FromSeconds(1);

    /// <summary>Registers the jobs, the runner, and Quartz.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">Says whether the database is a server, which nodes can share jobs on.</param>
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration) =>
        services.AddJobs(configuration, Schedule.Jobs);

    /// <summary>The same for another list of jobs.</summary>
    internal static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration, IReadOnlyList<ScheduledJob> jobs)
    {
        services.AddSingleton<JobRunStore>().AddSingleton<JobRuns>().AddSingleton<DueMomentQueries>().AddSingleton<DueWork>().AddSingleton<JobGate>().AddSingleton<SchedulerPause>();
        var clock = new SteadyClock();
        services.AddSingleton(clock).AddSingleton(jobs);
        foreach (var job in jobs) services.AddScoped(job.Type);
        var shared = Engines.JobStoreOf(configuration.GetSection("Database"));
        services.AddQuartz(OfNode, quartz => Plan(quartz, clock, jobs.Where(j => shared is null || !j.OncePerCity)));
        if (shared is not null)
        {
            services.AddQuartz(OfCity, quartz =>
            {
                quartz.ConfigureScheduler(o => o.GenerateInstanceId = true);
                quartz.UsePersistentStore(store => Share(store, shared));
                Plan(quartz, clock, jobs.Where(j => j.OncePerCity));
            });
        }

        return services.AddQuartzHostedService(o => o.WaitForJobsToComplete = true);
    }

    private static void Share(IPersistentStoreBuilder store, Action<IPersistentStoreBuilder> engine)
    {
        engine(store);
        store.ProvisionSchema();
        store.UseClustering(c =>
        {
            c.CheckinInterval = CheckIn;
            c.CheckinMisfireThreshold = Silence;
        });
        store.ConfigureStore(o => o.DbRetryInterval = RetryAfterOutage);
    }

    private static void Plan(IQuartzBuilder quartz, TimeProvider clock, IEnumerable<ScheduledJob> jobs)
    {
        quartz.UseTimeProvider(clock);
        foreach (var job in jobs)
        {
            quartz.ScheduleJob<QuartzJob>(
                trigger => trigger.WithIdentity(job.Name).WithSimpleSchedule(s => s.WithInterval(job.Every).RepeatForever()),
                detail => detail.WithIdentity(job.Name).DisallowConcurrentExecution());
            // What came due while the process was down is done at its start, not at the next tick: a start lays the stored triggers anew.
            quartz.RunAtStartup(new JobKey(job.Name));
        }
    }

    private sealed class QuartzJob(DueWork work, JobGate gate, IReadOnlyList<ScheduledJob> jobs, ILogger<QuartzJob> log) : Quartz.IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            if (!gate.TryEnter()) return;
            try
            {
                var name = context.JobDetail.Key.Name;
                // Nodes of two versions may share a schedule while they are exchanged one by one.
                if (jobs.FirstOrDefault(j => j.Name == name) is { } job) await work.RunAsync(job, cancellationToken);
                else log.LogInformation("The shared schedule holds {Job}, which this version does not know and leaves to others", name);
            }
            finally
            {
                gate.Leave();
            }
        }
    }
}

/// <summary>Holds the scheduled runs back while the clock is moved.</summary>
/// <remarks>
/// The schedulers themselves go on by <see cref="SteadyClock"/>, which does not see the move; what they start meanwhile is
/// turned away at the gate. Who holds the pause runs what is due by <see cref="DueWork"/>.
/// </remarks>
public sealed class SchedulerPause(JobGate gate)
{
    /// <summary>Lets nothing start until the returned handle is disposed, and waits for the runs under way.</summary>
    public async Task<IAsyncDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        await gate.CloseAsync(cancellationToken);
        return new Held(gate);
    }

    private sealed class Held(JobGate gate) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            gate.Open();
            return ValueTask.CompletedTask;
        }
    }
}
