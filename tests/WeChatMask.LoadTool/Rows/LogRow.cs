using System.Globalization;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>What the public log costs: the desk and a rush beside the same without it, by turns; and how fast its checkpoint is read.</summary>
internal static class LogRow
{
    private const int Callers = 500;
    private const int People = 20_000;
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

    private static async Task RushAsync(Bench bench)
    {
        Before before = new(100_000, (bench.Pairs + 1) * People);
        await using var with = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, before);
        await using var without = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, before with { HasLog = false });
        Runs told = new(), untold = new();
        for (var pair = -1; pair < bench.Pairs; pair++)
        {
            foreach (var city in pair % 2 == 0 ? new[] { with, without } : [without, with])
            {
                var from = (pair + 1) * People;
                var tally = await Load.ClosedAsync(city.Port, Callers, People, async (line, i) => await line.BookAsync(city.Prepared[from + i], BenchCity.PharmacyOf(i)) == 201 ? Outcome.Done : Outcome.Failed);
                bench.Judge("rush", tally);
                if (pair >= 0) (city == with ? told : untold).Add(tally.Rate);
            }
        }

        Bench.Ratio("rush over HTTP with the public log", told, untold, "without", 0.95, "bookings/s");
        await bench.VerifyAsync("public log", with);
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
