using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.LoadTool.Chaos;
using WeChatMask.LoadTool.Wire;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>Runs a city through some days in a sandbox of its own, and prints what happened as a table by day.</summary>
internal static class SimulateCommand
{
    // A move of the clock does everything that a day brings before it answers.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(10);
    private const int Readers = 64;
    private const double VisitsPerSecond = 9_000;

    /// <summary>Runs it. 1 when anything was not as the simulation expected.</summary>
    public static async Task<int> RunAsync(SimulationOptions options)
    {
        var folder = options.Data is { } named ? Path.GetFullPath(named) : Directory.CreateTempSubdirectory("wechatmask-simulation-").FullName;
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            await Console.Error.WriteLineAsync($"{folder} is not empty; a simulation begins with nobody known.");
            return 1;
        }

        try
        {
            Directory.CreateDirectory(folder);
            return await RunAsync(options, folder);
        }
        finally
        {
            if (options.Data is null) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(SimulationOptions options, string folder)
    {
        var rules = CityRules.Read(await File.ReadAllTextAsync(SimulationOptions.CityFile(options.Sandbox, options.City)), options.Pharmacies);
        var settings = new DatabaseSettings { Engine = DatabaseKind.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "wechatmask.db")}" };
        using var database = new Database(Microsoft.Extensions.Options.Options.Create(settings));
        var start = CitySimulation.StartOf(rules, options.Plan.From);
        await SandboxCity.FillAsync(settings, options.Sandbox, rules.Json, start);
        await using var node = new ChaosNode(
            options.Sandbox, folder, settings, start.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture), null, options.City);
        await node.StartAsync();
        using var http = Phone.Connect(node.Address);
        http.Timeout = LongestAnswer;

        var plan = options.Plan;
        Console.WriteLine(FormattableString.Invariant(
            $"{options.City}, {rules.Shops.Count} pharmacies, {plan.People:#,0} people, {plan.Days} rounds from {plan.From:yyyy-MM-dd}, seed {plan.Seed}"));
        var watch = Stopwatch.StartNew();
        await using var ear = new BoardEar(node.Address);
        var simulation = new CitySimulation(http, rules, plan);
        List<string> broken = [];
        var reading = Load.OpenAsync(node.Address.Port, Readers, options.Visits, VisitsPerSecond, async (line, _) => await line.HomeAsync() == 200 ? Outcome.Done : Outcome.Failed);
        try
        {
            // Whoever stops it must not leave the city running.
            using var stop = new CancellationTokenSource();
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
            await simulation.RunAsync(d => Console.Error.WriteLine(FormattableString.Invariant(
                $"{d.Date:MM-dd}: {d.Tried} tried, {d.Of("booked")} booked, {d.Seconds:0.0} s{(simulation.Differences.IsEmpty ? "" : ", DIFFERENCES")}"))).WaitAsync(stop.Token);
            var visits = await reading.WaitAsync(stop.Token);
            if (options.Visits > 0) Console.WriteLine(FormattableString.Invariant($"{visits.Done:#,0} visits, {visits.Rate:#,0}/s, p99 {visits.Latency.Milliseconds(0.99):0} ms after the instant planned"));
            if (visits.Failed > 0) broken.Add($"visits failed: {visits.Failures}");
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException or OperationCanceledException or KeyNotFoundException)
        {
            broken.Add($"it could not be simulated to the end: {e.Message}");
            broken.AddRange(node.Output.TakeLast(20).Select(line => $"  {line}"));
        }

        DayFigures.Print(simulation.Figures, Console.Out);
        Console.WriteLine();
        var (packed, unpacked) = await ear.WeighAsync();
        Console.WriteLine(FormattableString.Invariant($"board of {rules.Shops.Count} pharmacies: {packed:#,0} bytes compressed, {unpacked:#,0} unpacked"));
        ear.Print(Console.Out);
        if (ear.Falls > 0) broken.Add($"the board's version fell {ear.Falls} times");
        Console.WriteLine(FormattableString.Invariant(
            $"{simulation.Bookings:#,0} bookings, {simulation.Returned:#,0} people served more than once, {watch.Elapsed.TotalSeconds:0} s"));
        broken.AddRange(simulation.Differences.Lines);
        var promises = await new InvariantQueries(database).RunAsync(CancellationToken.None);
        broken.AddRange(promises.Where(p => p.Broken > 0).Select(p => $"{p.Name} ({p.Broken} rows)"));
        if (broken.Count == 0) Console.WriteLine(FormattableString.Invariant($"{promises.Count} promises kept, no difference"));
        return Report.Verdict(broken);
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }
}
