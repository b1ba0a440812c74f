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

    private const int Rushing = 20_000;
    private const int Callers = 500;

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
        await PublishBesideRushAsync(bench);
    }

    // By turns on one city, the lists taken back each time.
    private static async Task PublishBesideRushAsync(Bench bench)
    {
        await using var city = await BenchCity.StartAsync(
            bench.Program, DatabaseKind.Sqlite, new Before(100_000, Published, Published, BookedYesterday: true, Newcomers: 2 * (bench.Pairs + 1) * Rushing));
        var used = 0;
        Runs alone = new(), beside = new();
        for (var pair = -1; pair < bench.Pairs; pair++)
        {
            var before = await RushAsync();
            await city.PublishAgainAsync();
            var meanwhile = await RushAsync();
            if (await city.IsPublishedAsync()) throw new InvalidOperationException("The lists were out before the rush beside them was over.");
            await city.UntilPublishedAsync();
            if (pair < 0) continue;
            alone.Add(before.Rate);
            beside.Add(meanwhile.Rate);
        }

        Bench.Ratio("  a rush while they are published", beside, alone, "the rush alone", 0.9, "bookings/s");
        await bench.VerifyAsync("publish beside a rush", city);

        async Task<Tally> RushAsync()
        {
            var from = used;
            used += Rushing;
            var tally = await Load.ClosedAsync(city.Port, Callers, Rushing, async (line, i) => await line.BookAsync(city.Newcomers[from + i], BenchCity.PharmacyOf(i)) == 201 ? Outcome.Done : Outcome.Failed);
            bench.Judge("publish beside a rush", tally);
            return tally;
        }
    }

    public static async Task HandOverAsync(Bench bench)
    {
        var people = ((bench.Pairs + 1) * HandedOver) + (bench.Pairs * Quietly);
        await using var city = await BenchCity.StartAsync(
            bench.Program, DatabaseKind.Sqlite, new Before((people / BenchCity.Pharmacies) + 10, people, people, BookedYesterday: true, ClerksEach));
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
                return await line.HandOverAsync(city.ClerkFor(booker), booker) == 200 && line.Body.IndexOf("\"verdict\":\"redeemed\""u8) >= 0
                    ? Outcome.Done
                    : Outcome.Failed;
            };
            var tally = each > 0 ? await Load.OpenAsync(city.Port, Bench.Phones, count, each, step) : await Load.ClosedAsync(city.Port, Bench.Phones, count, step);
            bench.Judge("hand-overs", tally);
            return tally;
        }
    }
}
