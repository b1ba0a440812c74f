using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;
using WeChatMask.Settings;

namespace WeChatMask.LoadTool.Rows;

/// <summary>The desk alone on each engine, beside Redis and beside the same web server with one transaction a booking.</summary>
internal static partial class DeskRow
{
    private const int Bookings = 100_000;
    private const int InRedis = 200_000;
    private const int Singles = 2_000;
    private const int Callers = 128;

    public static async Task RunAsync(Bench bench)
    {
        if (!RedisPeer.IsInstalled)
        {
            Bench.Line("desk", "", "redis-server is not installed");
            return;
        }

        await using var redis = await RedisPeer.StartAsync();
        await redis.MeasureAsync(InRedis);
        foreach (var engine in Enum.GetValues<DatabaseKind>().Where(Bench.Has))
        {
            await using var city = await BenchCity.StartAsync(bench.Program, engine, places: 50_000, prepared: (bench.Pairs + 1) * Singles, ("Site:DeskBatch", "1"));
            Runs desk = new(), peer = new(), single = new(), cost = new();
            for (var pair = -1; pair < bench.Pairs; pair++)
            {
                var from = (pair + 1) * Singles;
                var one = await Load.ClosedAsync(city.Port, Callers, Singles, async (line, i) => await line.BookAsync(city.Prepared[from + i], BenchCity.PharmacyOf(i)) == 201 ? Outcome.Done : Outcome.Failed);
                bench.Judge("one transaction a booking", one);
                if (pair < 0) continue;
                single.Add(one.Rate);
                var (rate, microseconds) = await MeasureAsync(bench, engine);
                desk.Add(rate);
                cost.Add(microseconds);
                peer.Add(await redis.MeasureAsync(InRedis));
            }

            Bench.Ratio($"desk alone, {engine}", desk, peer, "Redis EVAL", 0.8, "bookings/s");
            Bench.Line("  processor time, its callers' with it and without a database server's", $"{cost} us a booking");
            Bench.Ratio($"  beside one transaction a booking over HTTP, {engine}", desk, single, "that", 10, "bookings/s");
            await bench.VerifyAsync($"one transaction a booking, {engine}", city);
        }
    }

    /// <summary>In a process of its own: how the load waits for its answers would be how the desk waits for its database.</summary>
    internal static async Task<(double Rate, double Microseconds)> MeasureAsync(Bench bench, DatabaseKind engine, bool hasLog = true)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                typeof(DeskRow).Assembly.Location, "desk", "--engine", engine.ToString(), "--residents", Bookings.ToString(CultureInfo.InvariantCulture),
                "--batch", new SiteSettings().DeskBatch.ToString(CultureInfo.InvariantCulture),
                "--log", hasLog ? "yes" : "no",
            ])
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        };
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) bench.Break($"desk, {engine}: {said}");
        return (Figure(said, Rate()), Figure(said, Cost()));
    }

    private static double Figure(string said, Regex of) => of.Match(said) is { Success: true } found ? double.Parse(found.Groups["figure"].Value, CultureInfo.InvariantCulture) : double.NaN;

    [GeneratedRegex(" (?<figure>[0-9,.]+) bookings/s", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Rate();

    [GeneratedRegex(" (?<figure>[0-9,.]+) µs", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Cost();
}
