using System.Globalization;
using System.Text;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>What the public log costs: the desk and a rush beside the same without it, by turns; and how fast its checkpoint is read.</summary>
internal static class LogRow
{
    private const int Callers = 500;
    private const int People = 20_000;
    private const int Phones = 5000;

    // Both cities share the cores with the load, so that what is hot is compiled late: the first runs of the one with the log told of the compiler.
    private const int WarmUps = 3;
    private static readonly TimeSpan Looking = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Bench bench)
    {
        foreach (var engine in Enum.GetValues<DatabaseKind>().Where(Bench.Has)) await DeskAsync(bench, engine);
        await RushAsync(bench);
        await CheckpointAsync(bench);
    }

    private static async Task DeskAsync(Bench bench, DatabaseKind engine)
    {
        Runs with = new(), without = new(), cost = new(), bare = new();
        for (var pair = 0; pair < bench.Pairs; pair++)
        {
            foreach (var hasLog in pair % 2 == 0 ? new[] { true, false } : [false, true])
            {
                var (rate, microseconds) = await DeskRow.MeasureAsync(bench, engine, hasLog);
                (hasLog ? with : without).Add(rate);
                (hasLog ? cost : bare).Add(microseconds);
            }
        }

        Bench.Ratio($"desk alone with the public log, {engine}", with, without, "without", 0.85, "bookings/s");
        Bench.Line("  processor time with it and without", $"{cost} and {bare} us a booking");
    }

    /// <summary>Each pair is started anew: one program differs by a twentieth from start to start, which is as much as the log costs.</summary>
    private static async Task RushAsync(Bench bench)
    {
        Runs told = new(), untold = new(), cost = new(), bare = new();
        for (var pair = 0; pair < bench.Pairs; pair++)
        {
            Before before = new(100_000, (WarmUps + 1) * People);
            await using var with = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, before);
            await using var without = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, before with { HasLog = false });
            for (var run = 0; run <= WarmUps; run++)
            {
                foreach (var city in (pair + run) % 2 == 0 ? new[] { with, without } : [without, with])
                {
                    var from = run * People;
                    var busy = city.Server.Busy;
                    var tally = await Load.ClosedAsync(city.Port, Callers, People, async (line, i) => await line.BookAsync(city.Prepared[from + i], BenchCity.PharmacyOf(i)) == 201 ? Outcome.Done : Outcome.Failed);
                    bench.Judge("rush", tally);
                    if (run < WarmUps) continue;
                    (city == with ? told : untold).Add(tally.Rate);
                    (city == with ? cost : bare).Add((city.Server.Busy - busy).TotalMicroseconds / People);
                }
            }

            if (pair < bench.Pairs - 1) continue;
            Bench.Ratio("rush over HTTP with the public log", told, untold, "without", 0.95, "bookings/s");
            Bench.Line("  the server's processor time with it and without", $"{cost} and {bare} us a booking");
            await PhonesAsync(bench, with);
            await bench.VerifyAsync("public log", with);
        }
    }

    /// <summary>Every phone that keeps a receipt, each of another size, looks at once whether the log has only grown.</summary>
    private static async Task PhonesAsync(Bench bench, BenchCity city)
    {
        using var line = new Line(city.Port);
        var size = await line.CheckpointAsync(city.Prepared[0]) == 200
            ? long.Parse(Encoding.ASCII.GetString(line.Body).Split('\n')[1], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("There is no checkpoint.");
        Runs rate = new(), p99 = new();
        for (var run = -1; run < bench.Pairs; run++)
        {
            var tally = await Load.ClosedAsync(city.Port, Phones, Phones, async (phone, i) =>
                await phone.CheckpointAsync(city.Prepared[i]) == 200 && await phone.ConsistencyAsync(city.Prepared[i], 1 + (i * (size - 1) / Phones), size) == 200 ? Outcome.Done : Outcome.Failed);
            bench.Judge("phones", tally);
            if (run < 0) continue;
            rate.Add(tally.Rate);
            p99.Add(tally.Latency.Milliseconds(0.99));
        }

        Bench.Line($"{Phones:#,0} phones at once, each with a receipt, find that a log of {size:#,0} lines has only grown", $"{rate} phones/s, p99 {p99} ms");
    }

    private static async Task CheckpointAsync(Bench bench)
    {
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, places: 50);
        var length = await LengthAsync(city);
        await using var bare = await ServerProcess.OwnAsync("bare", length.ToString(CultureInfo.InvariantCulture), "0");
        Runs checkpoint = new(), get = new();
        var somebody = city.NewGuest();
        for (var pair = -1; pair < bench.Pairs; pair++)
        {
            var peer = await Load.ClosedAsync(bare.Port, Bench.Phones, Looking, async (line, _) => await line.BoardAsync(somebody) == 200 ? Outcome.Done : Outcome.Failed);
            var read = await Load.ClosedAsync(city.Port, Bench.Phones, Looking, async (line, _) => await line.CheckpointAsync(somebody) == 200 ? Outcome.Done : Outcome.Failed);
            bench.Judge("checkpoint", read);
            if (pair < 0) continue;
            get.Add(peer.Rate);
            checkpoint.Add(read.Rate);
        }

        Bench.Ratio($"checkpoint of the log, {length} bytes", checkpoint, get, "bare GET", 0.8, "/s");
    }

    private static async Task<int> LengthAsync(BenchCity city)
    {
        using var line = new Line(city.Port);
        var status = await line.CheckpointAsync(city.NewGuest());
        return status == 200 ? line.Body.Length : throw new InvalidOperationException($"The checkpoint answers {status}.");
    }
}
