using System.Diagnostics;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>SIGKILL to the first process of the database server that takes writes; what watches over it lives.</summary>
internal sealed class ServerKilled(ClusterKind kind) : ClusterFault(kind)
{
    /// <inheritdoc />
    public override string Name => "server-killed";

    /// <inheritdoc />
    protected override double? MostSeconds => 4;

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var member = await Cluster.WriterAsync();
        await Cluster.ActAsync(member, "kill-server");
        var since = Stopwatch.GetTimestamp();
        var seconds = await BooksAgainAsync(city, rush, since);
        await BringBackAsync(member, "came back by itself");
        return seconds;
    }
}

/// <summary>SIGKILL to all processes of the member that takes writes, as when its machine is gone.</summary>
internal sealed class MemberKilled(ClusterKind kind) : ClusterFault(kind)
{
    /// <inheritdoc />
    public override string Name => "member-killed";

    /// <inheritdoc />
    protected override double? MostSeconds => Kind == ClusterKind.Galera ? 5 : 12;

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var member = await Cluster.WriterAsync();
        await Cluster.ActAsync(member, "kill");
        var since = Stopwatch.GetTimestamp();
        var seconds = await BooksAgainAsync(city, rush, since);
        await BringBackAsync(member, Started);
        return seconds;
    }
}

/// <summary>All processes of the member that takes writes stand still for thirty seconds and go on as if nothing had been.</summary>
internal sealed class MemberFrozen(ClusterKind kind) : ClusterFault(kind)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override string Name => "member-frozen";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var member = await Cluster.WriterAsync();
        await Cluster.ActAsync(member, "freeze");
        var since = Stopwatch.GetTimestamp();
        double? seconds;
        try
        {
            seconds = await BooksAgainAsync(city, rush, since);
            await Task.Delay(Frozen - TimeSpan.FromTicks(Math.Min(Stopwatch.GetElapsedTime(since).Ticks, Frozen.Ticks)));
        }
        finally
        {
            await Cluster.ActAsync(member, "thaw");
        }

        await BringBackAsync(member, "went on");
        return seconds;
    }
}

/// <summary>A person has another member take the writes, as before work on a machine.</summary>
internal sealed class SwitchedOver(ClusterKind kind) : ClusterFault(kind)
{
    /// <inheritdoc />
    public override string Name => "switch-over";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var standby = await StandbyAsync();
        await Cluster.ActAsync(standby, "switch-to");
        var since = Stopwatch.GetTimestamp();
        Notes.Add("by hand: one command");
        var seconds = await BooksAgainAsync(city, rush, since);
        if (await Cluster.WriterAsync() != standby) Notes.Add("another member than was asked for took the writes");
        return seconds;
    }
}

/// <summary>The standby that commits wait for is killed, and later comes back.</summary>
internal sealed class StandbyLost(ClusterKind kind) : ClusterFault(kind)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public override string Name => "standby-lost";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var standby = await StandbyAsync();
        await Cluster.ActAsync(standby, "kill");
        var since = Stopwatch.GetTimestamp();
        var seconds = await BooksAgainAsync(city, rush, since);
        await LastAsync(rush, Away, "the standby was away");
        await BringBackAsync(standby, Started);
        return seconds;
    }
}

/// <summary>No packet gets from the member that takes writes to its standby or back; both reach everybody else.</summary>
internal sealed class NetworkCut(ClusterKind kind) : ClusterFault(kind)
{
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override string Name => "network-cut";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var (member, standby) = (await Cluster.WriterAsync(), await StandbyAsync());
        await Cluster.ActAsync(member, "cut", FormattableString.Invariant($"{standby}"));
        try
        {
            await LastAsync(rush, Cut, "iptables on loopback dropped every packet between the two");
        }
        finally
        {
            await Cluster.ActAsync(member, "join");
        }

        var seconds = await BooksAgainAsync(city, rush, Stopwatch.GetTimestamp());
        Notes.Add(await Cluster.WriterAsync() == member ? "the same member took the writes all the time" : "another member took over the writes");
        await BringBackAsync(standby, "came back by itself");
        return seconds;
    }
}

/// <summary>The disk of the member that takes writes is full for a while: its database and, as on a machine with one disk, all else that it keeps.</summary>
internal sealed class MemberDiskFull(ClusterKind kind) : ClusterFault(kind)
{
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(15);
    private readonly string folder = Cluster.NewFolder();
    private readonly Dictionary<int, SmallDisk> disks = [];
    private bool isFull;

    /// <inheritdoc />
    public override string Name => "disk-full";

    /// <inheritdoc />
    protected override string? Folder => folder;

    /// <inheritdoc />
    public override async Task<DatabaseSettings> PrepareAsync()
    {
        foreach (var member in Cluster.Members) disks[member] = await SmallDisk.MountAsync(Path.Combine(folder, FormattableString.Invariant($"m{member}")));
        return await base.PrepareAsync();
    }

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var member = await Cluster.WriterAsync();
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Full)
        {
            await disks[member].FillAsync();
            await Task.Delay(100);
        }

        isFull = rush.Answers.Busy > 0;
        Notes.Add(await Cluster.WriterAsync() == member ? "the same member took the writes all the time" : "another member took over the writes");
        var freed = Stopwatch.GetTimestamp();
        disks[member].Free();
        // etcd ends when it cannot write; Patroni and PostgreSQL try again.
        await Cluster.ActAsync(FormattableString.Invariant($"e{member}"), "start");
        await BringBackAsync(member, "had room again, its etcd was started, as systemd does it,");
        return await BooksAgainAsync(city, rush, freed);
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyList<string>> CheckAsync(ChaosCity city, Answers answers) =>
        [.. await base.CheckAsync(city, answers), .. isFull ? (string[])[] : ["the disk never got full, so nothing was tried"]];

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var disk in disks.Values) await disk.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}

/// <summary>The proxies before the database and before the nodes read their settings again.</summary>
internal sealed class ProxyReloaded(ClusterKind kind) : ClusterFault(kind)
{
    /// <inheritdoc />
    public override string Name => "proxy-reloaded";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        await Cluster.ActAsync("proxy", "reload");
        // Until the old process has ended, and connections that it kept with it.
        await LastAsync(rush, TimeSpan.FromSeconds(12), "the database's proxy was reloaded");
        await city.Front!.ReloadAsync();
        await LastAsync(rush, TimeSpan.FromSeconds(5), "the nodes' proxy was reloaded");
        return await BooksAgainAsync(city, rush, Stopwatch.GetTimestamp());
    }
}

/// <summary>The nodes are renewed one after the other: each is ended by SIGTERM and started again.</summary>
internal sealed class RollingUpgrade(ClusterKind kind, ChaosOptions options) : ClusterFault(kind)
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(3);

    /// <inheritdoc />
    public override string Name => "rolling-upgrade";

    // The first owns the world of the stand-ins, which is no part of a city and must stay.
    /// <inheritdoc />
    public override int Nodes => 4;

    /// <inheritdoc />
    public override string? BeginsAs => options.Previous;

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        Notes.Add(BeginsAs is null ? "from this program to the same one" : $"from {BeginsAs} to this program");
        var asked = Stopwatch.GetTimestamp();
        foreach (var node in city.Nodes.Skip(1))
        {
            asked = Stopwatch.GetTimestamp();
            await node.TerminateAsync(options.Sandbox);
            var ended = Stopwatch.GetElapsedTime(asked);
            await node.StartAsync();
            Notes.Add(FormattableString.Invariant($"a node ended {ended.TotalSeconds:0.0} s after SIGTERM and was ready {Stopwatch.GetElapsedTime(asked).TotalSeconds:0.0} s after it"));
            // The proxy takes it for ready after two good answers.
            await Task.Delay(Before);
        }

        return await BooksAgainAsync(city, rush, asked);
    }
}
