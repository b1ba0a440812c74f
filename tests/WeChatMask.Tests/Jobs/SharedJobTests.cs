using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Jobs;

/// <summary>Nodes on one database server share the jobs that one of them does for all.</summary>
public sealed class SharedJobTests
{
    private const int Many = 15;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [EngineTheory(ServersOnly = true)]
    public async Task Each_firing_is_run_by_one_node_and_looks_are_taken_by_every_node(DatabaseKind engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine, "");
        var firings = new Firings();
        await using var first = await Node.StartAsync("first", database.Configuration(), firings);
        await using var second = await Node.StartAsync("second", database.Configuration(), firings);

        await firings.UntilAsync(f => f.Where(x => x.Job == nameof(Look)).Select(x => x.Node).Distinct(StringComparer.Ordinal).Count() == 2);
        // A start lays the shared schedule anew, once a node; from then on it goes at its pace.
        var settled = firings.All.Max(f => f.Due) + Settling;
        await firings.UntilAsync(f => f.Count(x => x.Job == nameof(Shared) && x.Due > settled) >= Many);

        // Two schedules beside each other would fire twice within the pace.
        var times = firings.All.Where(f => f.Job == nameof(Shared) && f.Due > settled).Select(f => f.Due).Order().ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Pace, $"{pair.First:O} and {pair.Second:O}"));
    }

    [EngineTheory(ServersOnly = true)]
    public async Task A_node_that_is_lost_in_the_middle_of_a_run_leaves_its_jobs_to_the_others(DatabaseKind engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine, "");
        await using var line = new CutLine(CutLine.PortOf(database.ConnectionString));
        var firings = new Firings();
        var through = new Dictionary<string, string?>(database.Configuration(), StringComparer.Ordinal)
        {
            ["Database:ConnectionString"] = line.Through(database.ConnectionString),
        };
        await using var lost = await Node.StartAsync("lost", through, firings, stuck: true);
        await lost.Stuck.Entered.Task.WaitAsync(Patience);
        await using var left = await Node.StartAsync("left", database.Configuration(), firings);

        await line.CutAsync();

        await firings.UntilAsync(f => f.Count(x => x is { Job: nameof(Shared), Node: "left" }) >= 3);
        line.Mend();
        lost.Stuck.GoOn.SetResult();
    }

    private sealed class Shared(Stuck stuck) : WeChatMask.Jobs.IJob
    {
        public async Task<int> RunAsync(CancellationToken cancellationToken)
        {
            stuck.Entered.TrySetResult();
            await stuck.GoOn.Task;
            return 0;
        }
    }

    private sealed class Look : WeChatMask.Jobs.IJob
    {
        public Task<int> RunAsync(CancellationToken cancellationToken) => Task.FromResult(0);
    }

    private sealed record Stuck
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Firing(string Node, string Job, DateTimeOffset Due);

    private sealed class Firings
    {
        private readonly ConcurrentQueue<Firing> seen = new();

        public IReadOnlyCollection<Firing> All => seen;

        public void Add(Firing firing) => seen.Enqueue(firing);

        public async Task UntilAsync(Func<IReadOnlyCollection<Firing>, bool> enough)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (!enough(seen)) await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>A node with nothing but two jobs.</summary>
    private sealed class Node(IHost host, Stuck stuck) : IAsyncDisposable
    {
        public Stuck Stuck { get; } = stuck;

        public static async Task<Node> StartAsync(string name, IReadOnlyDictionary<string, string?> database, Firings firings, bool stuck = false)
        {
            var held = new Stuck();
            if (!stuck) held.GoOn.SetResult();
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            foreach (var (key, value) in database) builder.Configuration[key] = value;
            builder.Services.AddOptions<DatabaseSettings>().BindConfiguration("Database");
            builder.Services.AddSingleton<Database>().AddSingleton<CityCalendar>().AddSingleton(held).AddSingleton(TimeProvider.System);
            builder.Services.AddJobs(builder.Configuration, [new(typeof(Shared), Pace) { OncePerCity = true }, new(typeof(Look), Pace)]);
            builder.Services.PostConfigure<ClusteringOptions>(Scheduler.OfCity, o =>
            {
                o.CheckinInterval = TimeSpan.FromMilliseconds(500);
                o.CheckinMisfireThreshold = TimeSpan.FromSeconds(2);
            });
            var host = builder.Build();
            foreach (var key in new[] { Scheduler.OfNode, Scheduler.OfCity })
            {
                var scheduler = await host.Services.GetRequiredKeyedService<ISchedulerFactory>(key).GetScheduler();
                scheduler.ListenerManager.AddJobListener(new Listener(name, firings));
            }

            await host.StartAsync();
            return new Node(host, held);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private sealed class Listener(string node, Firings firings) : IJobListener
    {
        public string Name => "firings";

        public ValueTask JobWasExecuted(IJobExecutionContext context, JobExecutionException? jobException, CancellationToken cancellationToken = default)
        {
            // A run at the start is beside the schedule.
            if (context.Trigger.Key.Name == context.JobDetail.Key.Name && context.ScheduledFireTimeUtc is { } due)
                firings.Add(new Firing(node, context.JobDetail.Key.Name, due));
            return ValueTask.CompletedTask;
        }
    }
}
