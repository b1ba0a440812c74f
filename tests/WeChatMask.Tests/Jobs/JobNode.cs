using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Jobs;

/// <summary>A node with nothing but a schedule and a database.</summary>
internal sealed class JobNode : IAsyncDisposable
{
    /// <summary>A pace at which only the start of a node, another job or a clock put back lets a job run.</summary>
    public const string Never = "0 0 1 1 *";

    public const string EachSecond = "* * * * * *";

    private readonly IHost host;
    private readonly string? folder;

    private JobNode(IHost host, string? folder)
    {
        this.host = host;
        this.folder = folder;
    }

    /// <param name="schedule">Its jobs.</param>
    /// <param name="database">A database that is shared; else it gets one of its own.</param>
    /// <param name="configure">Adds what its jobs need.</param>
    public static async Task<JobNode> StartAsync(
        IReadOnlyList<ScheduledJob> schedule, IReadOnlyDictionary<string, string?>? database = null, Action<IServiceCollection>? configure = null)
    {
        var own = database is null ? Directory.CreateTempSubdirectory("jobs-").FullName : null;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["Database:ConnectionString"] = $"Data Source={own}/wechatmask.db";
        foreach (var (key, value) in database ?? new Dictionary<string, string?>(StringComparer.Ordinal)) builder.Configuration[key] = value;
        builder.Services.AddOptions<DatabaseSettings>().BindConfiguration("Database");
        builder.Services.AddSingleton<Database>().AddSingleton<Migrator>().AddSingleton<CityCalendar>();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(new MachineClock(TimeProvider.System));
        builder.Services.AddSingleton(QuietMeters.New()).AddJobs(schedule);
        configure?.Invoke(builder.Services);
        var node = new JobNode(builder.Build(), own);
        await node.Get<Migrator>().MigrateAsync(default);
        await node.host.StartAsync();
        return node;
    }

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        if (folder is not null) Directory.Delete(folder, recursive: true);
    }
}

/// <summary>What the runs of one job do, and a signal for each of them.</summary>
internal sealed class Runs
{
    private readonly Channel<int> began = Channel.CreateUnbounded<int>();
    private int count;

    /// <summary>Called in each run with its number, from 1; what it gives is the run's answer.</summary>
    public Func<int, CancellationToken, Task<int>> Body { get; set; } = (_, _) => Task.FromResult(0);

    /// <summary>How many have begun.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The next run that nobody has waited for yet has begun.</summary>
    public Task NextAsync() => began.Reader.ReadAsync().AsTask().WaitAsync(Eventually.GiveUp);

    public Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref count);
        began.Writer.TryWrite(number);
        return Body(number, cancellationToken);
    }
}

/// <summary>Jobs of which a test says what they do, by the runs that are registered under their name.</summary>
internal sealed class FirstJob([FromKeyedServices(nameof(FirstJob))] Runs runs) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => runs.RunAsync(cancellationToken);
}

internal sealed class SecondJob([FromKeyedServices(nameof(SecondJob))] Runs runs) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => runs.RunAsync(cancellationToken);
}

internal sealed class ThirdJob([FromKeyedServices(nameof(ThirdJob))] Runs runs) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => runs.RunAsync(cancellationToken);
}
