using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.Logging;
using Hangfire.States;
using Hangfire.Storage;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Jobs;

/// <summary>Binds a schedule to Hangfire, which wakes each job on each node and keeps what it knows in memory.</summary>
/// <remarks>
/// Everything is taken from the container and nothing from Hangfire's statics, which are the process's, since several hosts
/// may live in one; only its log is not to be had otherwise.
/// </remarks>
public static partial class Scheduler
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // A run that the end of the program finds under way has this long; then it is called off, and a little later given up.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TimeToGiveUp = TimeSpan.FromSeconds(25);

    // What is kept is for the dashboard. Ten jobs that fail each second of an outage must fit into memory.
    private static readonly TimeSpan KeepsFailed = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KeepsDone = TimeSpan.FromHours(1);

    internal static void AddScheduler(this IServiceCollection services, IReadOnlyList<ScheduledJob> jobs)
    {
        services.AddSingleton<JobStorage>(_ => new InMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long, MaxExpirationTime = KeepsDone }));
        services.AddSingleton<JobActivator>(s => new AspNetCoreJobActivator(s.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IJobFilterProvider>(_ => new JobFilterCollection { new Memory() });
        services.AddHangfire((s, hangfire) => hangfire.UseLogProvider(new HostLog(s.GetRequiredService<ILoggerFactory>())));
        services.AddHostedService<Layer>();
        services.AddHangfireServer(server =>
        {
            server.SchedulePollingInterval = Look;
            server.WorkerCount = jobs.Count;
            server.StopTimeout = TimeToEnd;
            server.ShutdownTimeout = TimeToGiveUp;
        });
    }

    /// <summary>Lays the schedule at the start, and anew when the machine's clock has fallen back: Hangfire would wait until it is again as late as it was.</summary>
    private sealed class Layer(
        IRecurringJobManager manager, IReadOnlyList<ScheduledJob> jobs, CityCalendar calendar, MachineClock machine, ILogger<Layer> log) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            Lay();
            var seen = machine.Time.GetUtcNow();
            using var timer = new PeriodicTimer(Look, machine.Time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var now = machine.Time.GetUtcNow();
                if (now < seen)
                {
                    Log.FellBack(log, seen, now);
                    Lay();
                }

                seen = now;
            }
        }

        private void Lay()
        {
            var options = new RecurringJobOptions { TimeZone = calendar.Zone };
            foreach (var job in jobs)
            {
                // A job that is known keeps its next time.
                manager.RemoveIfExists(job.Name);
                manager.AddOrUpdate<Firing>(job.Name, firing => firing.RunAsync(job.Name, CancellationToken.None), job.Cron, options);
                // What came due while the process was down is done at its start.
                manager.Trigger(job.Name);
            }
        }
    }

    private sealed class Firing(JobRunner runner, JobBarrier barrier, IRecurringJobManager manager, IReadOnlyList<ScheduledJob> jobs)
    {
        public async Task<int> RunAsync(string name, CancellationToken cancellationToken)
        {
            if (!barrier.TryEnter(name)) return 0;
            var job = jobs.First(j => j.Name == name);
            int done;
            bool again;
            try
            {
                done = await runner.RunAsync(job, cancellationToken);
            }
            finally
            {
                again = barrier.Leave(name);
            }

            if (done > 0)
            {
                foreach (var next in jobs.Where(j => job.Then.Contains(j.Type))) manager.Trigger(next.Name);
            }

            if (again) manager.Trigger(name);
            return done;
        }
    }

    /// <summary>How long Hangfire remembers a run: not at all when nothing was due, and a failed one no longer than others, which it would keep for good.</summary>
    private sealed class Memory : IElectStateFilter, IApplyStateFilter
    {
        private readonly StatisticsHistoryAttribute statistics = new();

        public void OnStateElection(ElectStateContext context)
        {
            if (context.CandidateState is FailedState failed) context.CandidateState = new Failure(failed.Exception, failed.ServerId) { Reason = failed.Reason };
            if (!FoundNothing(context.CandidateState)) statistics.OnStateElection(context);
        }

        public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) => context.JobExpirationTimeout = context.NewState switch
        {
            Failure => KeepsFailed,
            var state => FoundNothing(state) ? TimeSpan.Zero : KeepsDone,
        };

        public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
        }

        private static bool FoundNothing(IState state) => state is SucceededState { Result: 0 };

        private sealed class Failure(Exception exception, string serverId) : FailedState(exception, serverId), IState
        {
            bool IState.IsFinal => true;
        }
    }

    /// <summary>This host's log. Hangfire has one for the whole process, so that it may be asked for after this host's end.</summary>
    private sealed class HostLog(ILoggerFactory loggers) : ILogProvider
    {
        private readonly AspNetCoreLogProvider inner = new(loggers);

        public ILog GetLogger(string name)
        {
            try
            {
                return inner.GetLogger(name);
            }
            catch (ObjectDisposedException)
            {
                return new Nowhere();
            }
        }

        private sealed class Nowhere : ILog
        {
            public bool Log(Hangfire.Logging.LogLevel logLevel, Func<string> messageFunc, Exception? exception = null) => false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = Microsoft.Extensions.Logging.LogLevel.Warning, Message = "The machine's clock went back from {Seen:O} to {Now:O}; the schedule is laid anew")]
        public static partial void FellBack(ILogger log, DateTimeOffset seen, DateTimeOffset now);
    }
}
