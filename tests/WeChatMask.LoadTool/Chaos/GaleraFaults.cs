using System.Diagnostics;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>The member that takes writes reaches neither of the others: it must stop, and the two go on.</summary>
internal sealed class WriterCutOff() : ClusterFault(ClusterKind.Galera)
{
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(20);

    /// <inheritdoc />
    public override string Name => "writer-cut-off";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var member = await Cluster.WriterAsync();
        await Cluster.ActAsync(member, "cut");
        var since = Stopwatch.GetTimestamp();
        double? seconds;
        try
        {
            seconds = await BooksAgainAsync(city, rush, since);
            await LastAsync(rush, Cut, "iptables on loopback dropped every packet of the group between one member and two, from then on");
        }
        finally
        {
            await Cluster.ActAsync(member, "join");
        }

        Notes.Add(await Cluster.WriterAsync() == member ? "the same member took the writes" : "another member took over the writes");
        await BringBackAsync(member, "was let back");
        return seconds;
    }
}

/// <summary>A member that has lost its disk is sent a copy of everything while people book.</summary>
internal sealed class MemberCopied() : ClusterFault(ClusterKind.Galera)
{
    /// <inheritdoc />
    public override string Name => "member-copied";

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var standby = await StandbyAsync();
        await Cluster.ActAsync(standby, "kill");
        var data = new DirectoryInfo(Path.Combine(Cluster.Folder, FormattableString.Invariant($"m{standby}"), "data"));
        foreach (var file in data.EnumerateFiles()) file.Delete();
        foreach (var folder in data.EnumerateDirectories()) folder.Delete(recursive: true);
        var bookings = rush.Answers.Bookings.Count;
        await BringBackAsync(standby, "had an empty folder, was started, as systemd does it,");
        Notes.Add(FormattableString.Invariant($"{rush.Answers.Bookings.Count - bookings} bookings while it was copied"));
        return await BooksAgainAsync(city, rush, Stopwatch.GetTimestamp());
    }
}

/// <summary>One node writes to another member than the two others do, all the time.</summary>
internal sealed class TwoWriters() : ClusterFault(ClusterKind.Galera)
{
    private static readonly TimeSpan Both = TimeSpan.FromSeconds(20);
    private int other;

    /// <inheritdoc />
    public override string Name => "two-writers";

    /// <inheritdoc />
    public override async Task<DatabaseSettings> PrepareAsync()
    {
        var settings = await base.PrepareAsync();
        other = await StandbyAsync();
        return settings;
    }

    /// <inheritdoc />
    public override DatabaseSettings SettingsOf(int node, DatabaseSettings usual) => node == Nodes - 1 ? Cluster.SettingsOf(other) : usual;

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        await LastAsync(rush, Both, "two members were written");
        Notes.Add(FormattableString.Invariant($"{city.Nodes.Sum(n => n.Output.Count(IsRace))} batches were decided anew"));
        return await BooksAgainAsync(city, rush, Stopwatch.GetTimestamp());
    }

    private static bool IsRace(string line) => line.Contains("the batch is decided anew", StringComparison.Ordinal);
}
