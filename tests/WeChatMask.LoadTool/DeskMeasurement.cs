using System.Collections.Concurrent;
using System.Diagnostics;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.LoadTool.Rows;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>Durable bookings a second of the real desk, every commit on the disk, the load in the same process.</summary>
internal static class DeskMeasurement
{
    private const int Usual = 100_000;
    private const int Pharmacies = 200;
    private const int Producers = 8;
    private const int InFlight = 500;
    private const int Pairs = 3;
    // One transaction a booking is slow, and its rate does not need as many.
    private const int ShareOfSingles = 10;

    /// <summary>Measures one batch size, or compares the usual one with one booking a transaction.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        DatabaseServer.Durable = true;
        var residents = options.Residents == 0 ? Usual : options.Residents;
        var broken = new List<string>();
        if (options.Cluster is { } kind) return await BesideOneServerAsync(kind, residents);
        if (options.Batch is { } batch)
        {
            await MeasureAsync(options.Engine, residents, batch, broken, options.HasLog);
            return Report.Verdict(broken);
        }

        var desk = await MeasureAsync(options.Engine, residents, new SiteSettings().DeskBatch, broken);
        var single = await MeasureAsync(options.Engine, Math.Max(1, residents / ShareOfSingles), 1, broken);
        Report.Line("desk: batches against single transactions", desk / single, "times");
        return Report.Verdict(broken);
    }

    /// <summary>A cluster beside one server, by turns. Both write each commit to the disk; the cluster has it on a second member too.</summary>
    private static async Task<int> BesideOneServerAsync(ClusterKind kind, int residents)
    {
        var engine = kind == ClusterKind.Patroni ? DatabaseKind.PostgreSql : DatabaseKind.MySql;
        var broken = new List<string>();
        Runs many = new(), one = new();
        for (var pair = 0; pair < Pairs; pair++)
        {
            if (pair % 2 == 0) one.Add(await MeasureAsync(engine, residents, new SiteSettings().DeskBatch, broken));
            await using (var cluster = await Cluster.StartAsync(kind))
                many.Add(await MeasureAsync(engine, residents, new SiteSettings().DeskBatch, broken, on: cluster.Settings));
            if (pair % 2 != 0) one.Add(await MeasureAsync(engine, residents, new SiteSettings().DeskBatch, broken));
        }

        Report.Line($"desk on {kind} beside one server", many.Median / one.Median, "of it", $"{many} and {one} bookings/s");
        return Report.Verdict(broken);
    }

    private static async Task<double> MeasureAsync(
        DatabaseKind engine, int residents, int batch, List<string> broken, bool hasLog = true, DatabaseSettings? on = null)
    {
        int[] places = [(residents / Pharmacies) + 1];
        await using var city = on is null ? await DeskCity.CreateAsync(engine, Pharmacies, places) : await DeskCity.CreateAsync(TestDatabase.On(on), Pharmacies, places);
        if (!hasLog) await city.Database.WriteAsync(t => t.ExecuteAsync("DELETE FROM round_key"), CancellationToken.None);
        var people = await city.RegisterAsync(residents);
        var node = await city.AddNode(s => s.DeskBatch = batch).StartAsync();
        var latencies = new ConcurrentBag<TimeSpan>();
        var refused = 0;
        var busy = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            foreach (var wave in Enumerable.Range(0, residents).Where(i => i % Producers == producer).Chunk(InFlight))
            {
                var answers = await Task.WhenAll(wave.Select(i => TimedAsync(node, people[i], city.Codes[i % Pharmacies], latencies)));
                Interlocked.Add(ref refused, answers.Count(a => a.Refusal != Refusal.None));
            }
        })));
        var rate = (residents - refused) / watch.Elapsed.TotalSeconds;
        busy = Environment.CpuUsage.TotalTime - busy;
        Report.Line($"desk on {(on is null ? "" : "a cluster of ")}{engine}, batches of up to {batch}, {residents - refused:#,0} bookings", rate, "bookings/s", refused == 0 ? "" : $"{refused} refused");
        // On a machine that does other things too this is steadier than the rate.
        Report.Line("  processor time of a booking, its caller's with it", busy.TotalMicroseconds / residents, "µs");
        Report.Latencies($"  answer of the desk, {Producers * InFlight:#,0} waiting", latencies);
        broken.AddRange((await city.BrokenPromisesAsync()).Select(r => r.Name));
        return rate;
    }

    private static async Task<BookingAnswer> TimedAsync(DeskNode node, Registered person, string pharmacy, ConcurrentBag<TimeSpan> latencies)
    {
        var from = Stopwatch.GetTimestamp();
        var answer = await node.BookAsync(person, pharmacy);
        latencies.Add(Stopwatch.GetElapsedTime(from));
        return answer;
    }
}
