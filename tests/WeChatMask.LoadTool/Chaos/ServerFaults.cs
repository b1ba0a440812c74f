using System.Diagnostics;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>The database crashes and comes back twenty seconds later.</summary>
internal sealed class DatabaseGone(DatabaseKind engine) : Fault(engine)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(20);

    /// <inheritdoc />
    public override string Name => "database-gone";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        await Server.CrashAsync();
        await Task.Delay(Away);
        var since = Stopwatch.GetTimestamp();
        await Server.StartAsync();
        return await rush.Answers.RecoveredAsync(city.Nodes, since, LongestRecovery);
    }
}

/// <summary>The database server does not refuse, it is silent: connections are taken and nothing is answered, until it goes on.</summary>
internal sealed class DatabaseSilent(DatabaseKind engine) : Fault(engine)
{
    // Longer than a caller may be kept waiting, so that who is not answered before the server goes on is missed.
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override string Name => "database-silent";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        await Server.FreezeAsync();
        try
        {
            await Task.Delay(Silent);
        }
        finally
        {
            await Server.ThawAsync();
        }

        return await rush.Answers.RecoveredAsync(city.Nodes, Stopwatch.GetTimestamp(), LongestRecovery);
    }

    /// <inheritdoc />
    public override Task<IReadOnlyList<string>> CheckAsync(ChaosCity city, Answers answers) => Task.FromResult<IReadOnlyList<string>>(
        answers.Unheard == 0 ? [] : [FormattableString.Invariant($"{answers.Unheard} callers were kept waiting for longer than {Entrance.LongestAnswer.TotalSeconds:0} s")]);
}

/// <summary>One of three nodes is killed; the others go on. It is started again by what watches over it.</summary>
internal sealed class NodeKilled(DatabaseKind engine) : Fault(engine)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public override string Name => "node-killed";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var killed = city.Nodes[^1];
        var since = Stopwatch.GetTimestamp();
        await killed.KillAsync();
        var others = await rush.Answers.RecoveredAsync([.. city.Nodes.Where(n => n != killed)], since, LongestRecovery);
        await Task.Delay(Away);
        var started = Stopwatch.GetTimestamp();
        await killed.StartAsync();
        var back = await rush.Answers.RecoveredAsync([killed], started, LongestRecovery);
        Notes.Add(FormattableString.Invariant($"the node itself took bookings again {back:0.0} s after it was started"));
        return back is null ? null : others;
    }
}

/// <summary>The primary is killed and its synchronous standby promoted, which the nodes find by themselves.</summary>
internal sealed class PrimaryLost(DatabaseKind engine) : Fault(engine)
{
    private static readonly TimeSpan Noticing = TimeSpan.FromSeconds(3);
    private DatabaseServer? standby;
    private CutLine? line;

    /// <inheritdoc />
    public override string Name => "primary-lost";

    /// <inheritdoc />
    public override async Task<DatabaseSettings> PrepareAsync()
    {
        var alone = await base.PrepareAsync();
        standby = await Server.FollowSynchronouslyAsync();
        if (Engine == DatabaseKind.PostgreSql) return Settings(PostgresServer.WithStandby(alone.ConnectionString, standby.Port));
        // This driver cannot tell who takes writes, so there is one address, and what is behind it changes.
        line = new CutLine(Server.Port);
        return Settings(line.Through(alone.ConnectionString));
    }

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        await Server.KillAsync();
        // What a watcher of the servers takes to be sure.
        await Task.Delay(Noticing);
        var since = Stopwatch.GetTimestamp();
        await standby!.PromoteAsync();
        line?.LeadTo(standby.Port);
        return await rush.Answers.RecoveredAsync(city.Nodes, since, LongestRecovery);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (line is not null) await line.DisposeAsync();
        if (standby is not null) await standby.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>A node is stopped while it holds leases on notices, for longer than they last, and goes on as if nothing had been.</summary>
internal sealed class NodePaused(DatabaseKind engine) : Fault(engine)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private const int Tries = 40;

    /// <inheritdoc />
    public override string Name => "node-paused";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var paused = city.Nodes[^1];
        var held = await PauseWithLeaseAsync(city, paused);
        Notes.Add(held ? "it was paused with notices under its lease" : "it held no lease when it was paused");
        await Task.Delay(Pause);
        var since = Stopwatch.GetTimestamp();
        await paused.ResumeAsync();
        return await rush.Answers.RecoveredAsync(city.Nodes, since, LongestRecovery);
    }

    /// <summary>Others settle their leases at once; one that stays while the node stands is the node's.</summary>
    private static async Task<bool> PauseWithLeaseAsync(ChaosCity city, ChaosNode node)
    {
        for (var i = 0; i < Tries; i++)
        {
            while ((await city.Queries.LeasesAsync()).Count == 0) await Task.Delay(2);
            await node.PauseAsync();
            var before = await city.Queries.LeasesAsync();
            if (before.Count > 0)
            {
                await Task.Delay(Settling);
                if ((await city.Queries.LeasesAsync()).Intersect(before, StringComparer.Ordinal).Any()) return true;
            }

            if (i < Tries - 1) await node.ResumeAsync();
        }

        return false;
    }
}

/// <summary>The clock that all nodes follow goes back an hour, inside the open window.</summary>
internal sealed class ClockBack(DatabaseKind engine) : Fault(engine)
{
    private const int Asked = 20;

    /// <inheritdoc />
    public override string Name => "clock-back";

    /// <inheritdoc />
    public override string OpensAt => "2020-02-10T20:30:00+08:00";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var since = Stopwatch.GetTimestamp();
        await city.SetClockAsync("2020-02-10T19:30:00+08:00");
        var seconds = await rush.Answers.RecoveredAsync(city.Nodes, since, LongestRecovery);
        await Task.Delay(TimeSpan.FromSeconds(10));
        return seconds;
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyList<string>> CheckAsync(ChaosCity city, Answers answers)
    {
        var broken = new List<string>();
        foreach (var told in answers.Bookings.Take(Asked))
        {
            var reply = await told.Guest.Phone.BookAsync(city.Nodes[0].Http, ChaosCity.Plenty[0], "once-more");
            if (reply.Code != "already_booked") broken.Add($"who has a booking was answered {reply.Status} {reply.Code}");
        }

        // The hour passes a second time; what was due in it goes out.
        await city.SetClockAsync("2020-02-10T20:35:00+08:00");
        return broken;
    }
}
