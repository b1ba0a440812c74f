using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>A node that starts, and one at which nobody asks.</summary>
internal static class NodeRows
{
    private const int Booked = 1_000_000;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2);

    public static async Task StartAsync(Bench bench)
    {
        var places = Booked / BenchCity.Pharmacies * 2;
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, new Before(places, Booked, Booked));
        var seconds = new Runs();
        for (var run = 0; run < bench.Pairs; run++)
        {
            seconds.Add((await city.StartServerAsync()).TotalSeconds);
            using var line = new Line(city.Port);
            await line.AskBoardPlainAsync();
            using var board = JsonDocument.Parse(line.Body.ToArray());
            var left = board.RootElement.GetProperty("pharmacies").EnumerateArray().Sum(p => p.GetProperty("left").GetInt64());
            if (left != ((long)places * BenchCity.Pharmacies) - Booked) bench.Break($"start: the first board shows {left:#,0} places left");
        }

        Bench.AtMost($"start to ready with {Booked:#,0} bookings, the board right at once", seconds, 2, "s");
    }

    public static async Task QuietAsync(Bench bench)
    {
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, places: 50);
        await Task.Delay(Settling);
        var (busy, written) = (city.Server.Busy, city.Server.Written);
        await Task.Delay(Quiet);
        Runs processor = new(), kilobytes = new(), memory = new();
        processor.Add((city.Server.Busy - busy) / Quiet * 100);
        kilobytes.Add((city.Server.Written - written) / 1024.0 / Quiet.TotalMinutes);
        memory.Add(city.Server.Megabytes);
        Bench.AtMost("a quiet city: of one core", processor, 1, "%");
        Bench.AtMost("  written", kilobytes, 10, "KB/min");
        Bench.AtMost("  resident", memory, 150, "MB");
    }
}
