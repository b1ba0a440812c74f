using System.Globalization;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>The board as everybody reads it before the opening, whole and as somebody who has seen it, beside the bare web server.</summary>
internal static class BoardRow
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Bench bench)
    {
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, places: 50);
        var somebody = city.NewGuest();
        var (_, length) = await LookAsync(city, somebody);
        await using var bare = await ServerProcess.OwnAsync("bare", length.ToString(CultureInfo.InvariantCulture), "0");
        Runs whole = new(), known = new(), get = new();
        for (var pair = -1; pair < bench.Pairs; pair++)
        {
            // One before they count: both programs are compiled while they run.
            await MeasureAsync(pair < 0 ? new Runs() : get, bare.Port, line => line.BoardAsync(somebody), 200);
            await MeasureAsync(pair < 0 ? new Runs() : whole, city.Port, line => line.BoardAsync(somebody), 200);
            // Of now: the city's first jobs may have changed the board since its start.
            var (tag, _) = await LookAsync(city, somebody);
            await MeasureAsync(pair < 0 ? new Runs() : known, city.Port, line => line.BoardAsync(somebody, tag), 304);
        }

        Bench.Ratio(FormattableString.Invariant($"board, {length / 1024.0:0.0} KB squeezed"), whole, get, "bare GET", 0.8, "/s");
        Bench.Ratio("board, 304", known, get, "bare GET", 0.9, "/s");

        async Task MeasureAsync(Runs runs, int port, Func<Line, ValueTask<int>> ask, int wanted)
        {
            var tally = await Load.ClosedAsync(port, Bench.Phones, Time, async (line, _) => await ask(line) == wanted ? Outcome.Done : Outcome.Failed);
            bench.Judge("board", tally);
            runs.Add(tally.Rate);
        }
    }

    private static async Task<(byte[] Tag, int Length)> LookAsync(BenchCity city, Guest somebody)
    {
        using var line = new Line(city.Port);
        var status = await line.BoardAsync(somebody);
        return status == 200 ? (line.Tag.ToArray(), line.Body.Length) : throw new InvalidOperationException($"The board answers {status}.");
    }
}
