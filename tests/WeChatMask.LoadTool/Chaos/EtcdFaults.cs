using System.Diagnostics;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>Some of the three etcd members, by which Patroni's members agree, are killed and come back.</summary>
internal abstract class EtcdLost(int lost) : ClusterFault(ClusterKind.Patroni)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override async Task<double?> BreakAsync(ChaosCity city, Rush rush)
    {
        var members = Enumerable.Range(1, lost).Select(m => FormattableString.Invariant($"e{m}")).ToList();
        var writer = await Cluster.WriterAsync();
        foreach (var member in members) await Cluster.ActAsync(member, "kill");
        await LastAsync(rush, Away, $"{lost} of 3 etcd members were away");
        var since = Stopwatch.GetTimestamp();
        foreach (var member in members) await Cluster.ActAsync(member, "start");
        Notes.Add("etcd was started again, as systemd does it");
        var seconds = await BooksAgainAsync(city, rush, since);
        if (await Cluster.WriterAsync() != writer) Notes.Add("another member took over the writes");
        return seconds;
    }
}

/// <summary>A majority of etcd is left.</summary>
internal sealed class EtcdMemberLost() : EtcdLost(lost: 1)
{
    /// <inheritdoc />
    public override string Name => "etcd-member-lost";

    /// <inheritdoc />
    protected override double? MostSeconds => 4;
}

/// <summary>No majority of etcd is left; the primary goes on because it reaches all members.</summary>
internal sealed class EtcdMajorityLost() : EtcdLost(lost: 2)
{
    /// <inheritdoc />
    public override string Name => "etcd-majority-lost";

    /// <inheritdoc />
    protected override double? MostSeconds => 4;
}

/// <summary>The same without Patroni's failsafe mode: nobody takes writes until etcd is back, and people are asked to come again.</summary>
internal sealed class EtcdMajorityLostWithoutFailsafe() : EtcdLost(lost: 2)
{
    private static readonly TimeSpan Learning = TimeSpan.FromSeconds(6);

    /// <inheritdoc />
    public override string Name => "etcd-majority-lost-without-failsafe";

    /// <inheritdoc />
    public override async Task<DatabaseSettings> PrepareAsync()
    {
        var settings = await base.PrepareAsync();
        await Cluster.SetAsync("failsafe_mode=false");
        // Members read it in their next round.
        await Task.Delay(Learning);
        return settings;
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyList<string>> CheckAsync(ChaosCity city, Answers answers) =>
        [.. await base.CheckAsync(city, answers), .. answers.Busy > 0 ? (string[])[] : ["nobody was asked to come again, so nothing was tried"]];
}
