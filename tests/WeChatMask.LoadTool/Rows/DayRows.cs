using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>What comes after an opening: the lists, and the counters of the next day.</summary>
internal static class DayRows
{
    private const int Published = 100_000;
    private const int HandedOver = 5_000;
    private const int Quietly = 2_500;
    private const double QuietRate = 500;

    // One account may ask sixty times in ten seconds.
    private const int ClerksEach = 10;

    public static async Task PublishAsync(Bench bench)
    {
        var seconds = new Runs();
        for (var run = 0; run < bench.Pairs; run++)
        {
            await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, new Before(Published / BenchCity.Pharmacies * 2, Published, Published, BookedYesterday: true));
            seconds.Add(city.PublishSeconds);
            await bench.VerifyAsync("publish", city);
        }

        Bench.AtMost($"publish {Published:#,0} rows", seconds, 5, "s");
    }

    public static async Task HandOverAsync(Bench bench)
    {
        var people = ((bench.Pairs + 1) * HandedOver) + (bench.Pairs * Quietly);
        await using var city = await BenchCity.StartAsync(
            bench.Program, DatabaseKind.Sqlite, new Before((people / BenchCity.Pharmacies) + 10, people, people, BookedYesterday: true, ClerksEach));
        // The clerk of a booker's pharmacy who has asked the longest time ago.
        var clerks = city.Clerks.Index().ToLookup(c => c.Index % BenchCity.Pharmacies, c => c.Item).ToDictionary(c => c.Key, c => c.ToArray());
        var used = 0;
        Runs rate = new(), cost = new(), p99 = new();
        for (var run = -1; run < bench.Pairs; run++)
        {
            var busy = city.Server.Busy;
            var tally = await HandAsync(HandedOver, 0);
            if (run < 0) continue;
            cost.Add((city.Server.Busy - busy).TotalMicroseconds / HandedOver);
            rate.Add(tally.Rate);
            p99.Add((await HandAsync(Quietly, QuietRate)).Latency.Milliseconds(0.99));
        }

        Bench.AtLeast("hand-overs", rate, 5000, "/s");
        Bench.Line("  the server's processor time", $"{cost} us each");
        Bench.AtMost($"  p99 at {QuietRate:0} a second", p99, 50, "ms");
        await bench.VerifyAsync("hand-overs", city);

        async Task<Tally> HandAsync(int count, double each)
        {
            var from = used;
            used += count;
            Step step = async (line, i) =>
            {
                var booker = city.Prepared[from + i];
                var shop = clerks[booker.Number % BenchCity.Pharmacies];
                return await line.HandOverAsync(shop[booker.Number / BenchCity.Pharmacies % shop.Length], booker) == 200 && line.Body.IndexOf("\"verdict\":\"redeemed\""u8) >= 0
                    ? Outcome.Done
                    : Outcome.Failed;
            };
            var tally = each > 0 ? await Load.OpenAsync(city.Port, Bench.Phones, count, each, step) : await Load.ClosedAsync(city.Port, Bench.Phones, count, step);
            bench.Judge("hand-overs", tally);
            return tally;
        }
    }
}
