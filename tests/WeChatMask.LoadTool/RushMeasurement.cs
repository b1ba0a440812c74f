using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>An opening as residents cause it: everybody at once, and on to the next pharmacy when one is sold out.</summary>
internal static class RushMeasurement
{
    private const int UsualResidents = 2000;
    private const int UsualTasks = 64;
    // Others than in earlier runs on the same data, who may have to wait for their cooldown.
    private static readonly int FirstPerson = Random.Shared.Next(15_000_000);

    /// <summary>Runs it and checks the answers.</summary>
    /// <param name="url">The running sandbox.</param>
    /// <param name="options">How many people, and how many at once.</param>
    /// <param name="beside">What else goes on from the first booking until the last; it is told when to stop.</param>
    public static async Task<int> RunAsync(Uri url, Options options, Func<CancellationToken, Task>? beside = null)
    {
        using var http = Phone.Connect(url);
        var lanes = new ParallelOptions { MaxDegreeOfParallelism = options.Tasks == 0 ? UsualTasks : options.Tasks };
        var count = options.Residents == 0 ? UsualResidents : options.Residents;
        var phones = Enumerable.Range(FirstPerson, count).Select(i => new Phone(string.Create(CultureInfo.InvariantCulture, $"load-{i}"))).ToList();
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), lanes, async (i, _) => await phones[i].JoinAsync(http, FirstPerson + i));
        Report.Line($"log-in and registration over HTTP, {count:#,0} residents", count / watch.Elapsed.TotalSeconds, "residents/s");

        var codes = await OpenAsync(http);
        var decisions = new ConcurrentBag<Decision>();
        using var done = new CancellationTokenSource();
        var other = beside?.Invoke(done.Token) ?? Task.CompletedTask;
        watch.Restart();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), lanes, async (i, _) => await BookAsync(http, phones[i], codes, i, decisions));
        var elapsed = watch.Elapsed.TotalSeconds;
        await done.CancelAsync();
        await other;

        var accepted = decisions.Where(d => d.Status == 201).ToList();
        Report.Line($"rush over HTTP, {lanes.MaxDegreeOfParallelism} callers, {decisions.Count:#,0} decisions", decisions.Count / elapsed, "decisions/s");
        Report.Line("  accepted", accepted.Count / elapsed, "bookings/s", $"{accepted.Count} of {count} residents");
        Report.Line("  refused", (decisions.Count - accepted.Count) / elapsed, "refusals/s", Tally(decisions));
        Report.Latencies("  answer, accepted", [.. accepted.Select(d => d.Took)]);
        Report.Latencies("  answer, refused", [.. decisions.Where(d => d.Status != 201).Select(d => d.Took)]);
        return Report.Verdict([.. await FaultsAsync(http, decisions, accepted)]);
    }

    /// <summary>The pharmacies' codes, once the round has opened; the clock is moved there when it has not.</summary>
    private static async Task<string[]> OpenAsync(HttpClient http)
    {
        var world = new Phone("load");
        var board = (await world.SendAsync(http, HttpMethod.Get, "/api/board")).Body;
        var opensAt = board.GetProperty("round").GetProperty("opensAt").GetDateTimeOffset();
        var now = (await world.SendAsync(http, HttpMethod.Get, "/sandbox/clock")).Body.GetProperty("now").GetDateTimeOffset();
        if (now < opensAt) await world.SendAsync(http, HttpMethod.Post, "/sandbox/clock", new { now = opensAt });
        return [.. board.GetProperty("pharmacies").EnumerateArray().Select(p => p.GetProperty("code").GetString()!)];
    }

    private static async Task BookAsync(HttpClient http, Phone phone, string[] codes, int i, ConcurrentBag<Decision> decisions)
    {
        Decision decision;
        var tried = 0;
        do
        {
            var code = codes[(i + tried) % codes.Length];
            var from = Stopwatch.GetTimestamp();
            var reply = await phone.BookAsync(http, code, $"load-{tried}");
            decision = new Decision(code, reply.Status, reply.Code, Stopwatch.GetElapsedTime(from), reply.Status == 201 ? reply.Body : default);
            decisions.Add(decision);
        }
        while (decision.Code == "sold_out" && ++tried < codes.Length);
    }

    private static string Tally(IEnumerable<Decision> decisions) => string.Join(
        ", ", decisions.Where(d => d.Status != 201).GroupBy(d => d.Code ?? d.Status.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal)
            .Select(g => $"{g.Key} {g.Count()}"));

    private static async Task<List<string>> FaultsAsync(HttpClient http, IEnumerable<Decision> decisions, IReadOnlyList<Decision> accepted)
    {
        var faults = new List<string>();
        foreach (var odd in decisions.Where(d => d.Status >= 500 && d.Code != "busy").GroupBy(d => d.Status)) faults.Add($"{odd.Count()} answers {odd.Key}");
        if (accepted.DistinctBy(d => d.Text("number"), StringComparer.Ordinal).Count() != accepted.Count) faults.Add("a booking number was given twice");
        var places = (await new Phone("load").SendAsync(http, HttpMethod.Get, "/api/board")).Body.GetProperty("pharmacies").EnumerateArray()
            .ToDictionary(p => p.GetProperty("code").GetString()!, p => p.GetProperty("places").GetInt32(), StringComparer.Ordinal);
        foreach (var pharmacy in accepted.GroupBy(d => d.Pharmacy, StringComparer.Ordinal))
        {
            var serials = pharmacy.Select(d => d.Booking.GetProperty("serial").GetInt32()).Order().ToList();
            // On a round that others booked in before, the run begins later but still has no gap.
            if (!serials.SequenceEqual(Enumerable.Range(serials[0], serials.Count))) faults.Add($"the serials of {pharmacy.Key} have a gap or a double");
            if (serials.Count > places[pharmacy.Key]) faults.Add($"{pharmacy.Key} gave {serials.Count} of {places[pharmacy.Key]} places");
        }

        return faults;
    }

    private sealed record Decision(string Pharmacy, int Status, string? Code, TimeSpan Took, JsonElement Booking)
    {
        public string? Text(string member) => Booking.GetProperty(member).GetString();
    }
}
