using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>Breaks a running city, one way after the other, and shows what is left of what it had promised.</summary>
internal static class ChaosCommand
{
    private const int Warm = 250;
    private const int MisusedCode = 2;
    private const string Row = "{0,-35} {1,-10} {2,12} {3,7} {4,8} {5,11} {6,16} {7,6} {8,7}  {9}";

    private static readonly Func<DatabaseKind, Fault>[] All =
    [
        engine => new DatabaseGone(engine), engine => new DatabaseSilent(engine), engine => new NodeKilled(engine), engine => new NodePaused(engine),
        engine => new PrimaryLost(engine), engine => new DiskFull(engine), engine => new ClockBack(engine),
    ];

    /// <summary>Runs them and prints the table. 1 when something was lost, oversold or not as promised.</summary>
    public static async Task<int> RunAsync(ChaosOptions options)
    {
        DatabaseServer.Durable = true;
        var results = new List<FaultResult>();
        foreach (var make in Wanted(options))
        {
            await using var fault = make();
            if (options.Fault is not null && options.Fault != fault.Name) continue;
            results.Add(await RunAsync(options, fault));
            foreach (var broken in results[^1].Broken) await Console.Error.WriteLineAsync($"  BROKEN: {broken}");
        }

        if (results.Count == 0)
        {
            await Console.Error.WriteLineAsync($"There is no fault {options.Fault} on this database.");
            return MisusedCode;
        }

        Print(results);
        return results.TrueForAll(r => r.IsGood) ? 0 : 1;
    }

    private static IEnumerable<Func<Fault>> Wanted(ChaosOptions options) => options.Cluster is { } kind ? OfCluster(kind, options) : OfOneServer(options);

    private static IEnumerable<Func<Fault>> OfCluster(ClusterKind kind, ChaosOptions options) =>
    [
        () => new MemberKilled(kind), () => new MemberFrozen(kind), () => new SwitchedOver(kind), () => new StandbyLost(kind), () => new ProxyReloaded(kind),
        () => new RollingUpgrade(kind, options),
        .. kind == ClusterKind.Patroni
            ? (Func<Fault>[])
            [
                () => new ServerKilled(kind), () => new NetworkCut(kind), () => new MemberDiskFull(kind),
                () => new EtcdMemberLost(), () => new EtcdMajorityLost(), () => new EtcdMajorityLostWithoutFailsafe(),
            ]
            : [() => new WriterCutOff(), () => new MemberCopied(), () => new TwoWriters()],
    ];

    // A file of one node can only lose its disk.
    private static IEnumerable<Func<Fault>> OfOneServer(ChaosOptions options) =>
        Enum.GetValues<DatabaseKind>().Where(e => options.Engine is null || options.Engine == e).SelectMany(engine =>
            engine == DatabaseKind.Sqlite ? [() => new DiskFull(engine)] : All.Select(make => (Func<Fault>)(() => make(engine))));

    private static async Task<FaultResult> RunAsync(ChaosOptions options, Fault fault)
    {
        var settings = await fault.PrepareAsync();
        await Console.Error.WriteLineAsync($"{fault.Name} on {fault.Product} …");
        await using var city = await ChaosCity.StartAsync(options, settings, fault);
        await using var rush = Rush.Start(city, options.PerSecond);
        await rush.ReachAsync(Warm);
        var seconds = await fault.BreakAsync(city, rush);
        // It must go on, not only begin again.
        await rush.ReachAsync(Math.Min(options.Residents, rush.Answers.Bookings.Count + 100));
        await rush.EndAsync();
        var answers = rush.Answers;
        List<string> broken = [.. await fault.CheckAsync(city, answers)];
        if (seconds is null) broken.Add("not every node took bookings again");
        if (rush.Unanswered > 0) broken.Add($"{rush.Unanswered} residents never got an answer");
        if (city.Nodes.Count(n => n.HasDied) is > 0 and var died) broken.Add($"{died} nodes ended by themselves");
        broken.AddRange(answers.Others.OrderByDescending(o => o.Value).Select(o => $"{o.Value} answers \"{o.Key}\" instead of a clear 503"));
        var found = await Aftermath.FindAsync(city, answers, broken);
        await Aftermath.CheckMessagesAsync(city, answers, broken, fault.Notes);
        await Aftermath.CheckLogAsync(city, answers, broken, fault.Notes);
        var (oversold, rules) = await city.Queries.InvariantsAsync();
        broken.AddRange(rules);
        if (broken.Count > 0) await Aftermath.KeepOutputAsync(city, $"{fault.Name}-{fault.Product}");
        return new FaultResult(fault.Name, fault.Product, answers.Bookings.Count, found, oversold, seconds, answers.LongestGap, answers.Busy, answers.Unheard, fault.Notes, broken);
    }

    private static void Print(IReadOnlyList<FaultResult> results)
    {
        Console.WriteLine(Row, "fault", "database", "acknowledged", "found", "oversold", "recovered s", "no booking for s", "503", "unheard", "promises");
        foreach (var r in results)
        {
            Console.WriteLine(
                Row, r.Name, r.Server, r.Acknowledged, r.Found, r.Oversold, r.Seconds?.ToString("0.0", CultureInfo.InvariantCulture) ?? "never",
                r.Gap.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), r.Busy, r.Unheard, r.IsGood ? "kept" : "BROKEN");
        }

        foreach (var r in results)
        {
            foreach (var note in r.Notes) Console.WriteLine($"{r.Name} on {r.Server}: {note}");
            foreach (var promise in r.Broken) Console.WriteLine($"{r.Name} on {r.Server}: BROKEN: {promise}");
        }
    }
}
