using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>Those who come: log-in by both redirects, registration of somebody new, and both at once.</summary>
internal static class ArrivalRows
{
    private const int People = 15_000;

    public static Task LogInAsync(Bench bench) => RunAsync(bench, "log-in, both redirects", 4000, before: null, LogInAsync);

    public static Task RegisterAsync(Bench bench) => RunAsync(bench, "registration of a new person", 6000, LogInAsync, RegisterAsync);

    public static Task ArriveAsync(Bench bench) => RunAsync(bench, "from nothing to registered", 2500, before: null, async (line, guest) => await LogInAsync(line, guest) && await RegisterAsync(line, guest));

    private static async ValueTask<bool> LogInAsync(Line line, Guest guest) => await line.LogInAsync(guest) == 302;

    private static async ValueTask<bool> RegisterAsync(Line line, Guest guest) => await line.RegisterAsync(guest) == 201;

    // Without the line of those who wait, which would let no more come than it knows the node to serve.
    private static async Task RunAsync(Bench bench, string name, double least, Func<Line, Guest, ValueTask<bool>>? before, Func<Line, Guest, ValueTask<bool>> step)
    {
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, places: 50, more: ("Site:LogInsAtLeast", "100000"));
        Runs rate = new(), cost = new(), p99 = new();
        for (var run = -1; run < bench.Pairs; run++)
        {
            Guest[] guests = [.. Enumerable.Range(0, People).Select(_ => city.NewGuest())];
            if (before is not null) bench.Judge(name, await AllAsync(guests, before));
            var busy = city.Server.Busy;
            var tally = await AllAsync(guests, step);
            bench.Judge(name, tally);
            if (run < 0) continue;
            rate.Add(tally.Rate);
            cost.Add((city.Server.Busy - busy).TotalMicroseconds / People);
            p99.Add(tally.Latency.Milliseconds(0.99));
        }

        Bench.AtLeast(name, rate, least, "/s");
        Bench.Line("  the server's processor time", $"{cost} us each");
        Bench.Line($"  p99 with {Bench.Phones} at once", $"{p99} ms");
        await bench.VerifyAsync(name, city);

        Task<Tally> AllAsync(Guest[] guests, Func<Line, Guest, ValueTask<bool>> ask) =>
            Load.ClosedAsync(city.Port, Bench.Phones, guests.Length, async (line, i) => await ask(line, guests[i]) ? Outcome.Done : Outcome.Failed);
    }
}
