using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>Zhengzhou's 30,000 places, which were gone there after seven minutes and a quarter.</summary>
internal static class ZhengzhouRow
{
    private const int Callers = 500;
    private const int People = 30_000;

    public static async Task RunAsync(Bench bench)
    {
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, places: 100_000, prepared: (bench.Pairs + 1) * People);
        var seconds = new Runs();
        for (var run = -1; run < bench.Pairs; run++)
        {
            var from = (run + 1) * People;
            var tally = await Load.ClosedAsync(city.Port, Callers, People, async (line, i) => await line.BookAsync(city.Prepared[from + i], BenchCity.PharmacyOf(i)) == 201 ? Outcome.Done : Outcome.Failed);
            bench.Judge("Zhengzhou", tally);
            if (run >= 0) seconds.Add(tally.Took.TotalSeconds);
        }

        Bench.AtMost("Zhengzhou's 30,000 bookings", seconds, 4, "s");
        await bench.VerifyAsync("Zhengzhou", city);
    }
}
