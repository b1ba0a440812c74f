using System.Diagnostics;
using System.Net.Sockets;

namespace WeChatMask.LoadTool.Wire;

/// <summary>What became of one step of a load.</summary>
internal enum Outcome
{
    Done,

    /// <summary>An answer that says no, as it should: counted apart.</summary>
    Refused,

    Failed,
}

/// <summary>One step of a load: some calls on a connection that nobody else uses meanwhile.</summary>
/// <param name="line">The connection.</param>
/// <param name="index">Which step of the load; each is done once.</param>
internal delegate ValueTask<Outcome> Step(Line line, int index);

/// <summary>What a load has seen.</summary>
internal sealed class Tally
{
    private const int Statuses = 600;
    private readonly long[] statuses = new long[Statuses];

    public long Done { get; set; }

    public long Refused { get; set; }

    public long Failed { get; set; }

    public Histogram Latency { get; } = new();

    /// <summary>From the first step's beginning until the last one's end.</summary>
    public TimeSpan Took { get; set; }

    public double Rate => (Done + Refused) / Took.TotalSeconds;

    /// <summary>What failed, in few words: status and how often; 0 is a connection that broke.</summary>
    public string Failures => string.Join(", ", statuses.Select((count, status) => (count, status)).Where(s => s.count > 0).Select(s => FormattableString.Invariant($"{s.count} times {s.status}")));

    public void Count(Outcome outcome, int status, TimeSpan latency)
    {
        Latency.Add(latency);
        if (outcome == Outcome.Done) Done++;
        else if (outcome == Outcome.Refused) Refused++;
        else
        {
            Failed++;
            statuses[status]++;
        }
    }

    public void Add(Tally other)
    {
        (Done, Refused, Failed) = (Done + other.Done, Refused + other.Refused, Failed + other.Failed);
        Latency.Add(other.Latency);
        for (var i = 0; i < Statuses; i++) statuses[i] += other.statuses[i];
    }
}

/// <summary>Sends a load over connections that stay.</summary>
internal static class Load
{
    /// <summary>As fast as it goes: each connection asks again once it has its answer.</summary>
    public static Task<Tally> ClosedAsync(int port, int connections, int count, Step step) => RunAsync(port, connections, count, step, Timeout.InfiniteTimeSpan, 0);

    /// <summary>The same until a time is over.</summary>
    public static Task<Tally> ClosedAsync(int port, int connections, TimeSpan time, Step step) => RunAsync(port, connections, int.MaxValue, step, time, 0);

    /// <summary>
    /// At a rate, whatever becomes of the answers. A step's latency runs from the instant it was planned for: one that waits for a connection,
    /// since the server holds them all up, waits like somebody at a door.
    /// </summary>
    public static Task<Tally> OpenAsync(int port, int connections, int count, double rate, Step step) => RunAsync(port, connections, count, step, Timeout.InfiniteTimeSpan, rate);

    private static async Task<Tally> RunAsync(int port, int connections, int count, Step step, TimeSpan time, double rate)
    {
        var next = -1;
        var began = Stopwatch.GetTimestamp();
        var tallies = await Task.WhenAll(Enumerable.Range(0, Math.Min(connections, count)).Select(_ => Task.Run(LeadAsync)));
        var whole = new Tally { Took = Stopwatch.GetElapsedTime(began) };
        foreach (var tally in tallies) whole.Add(tally);
        return whole;

        async Task<Tally> LeadAsync()
        {
            var tally = new Tally();
            using var line = new Line(port);
            while (time == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(began) < time)
            {
                var index = Interlocked.Increment(ref next);
                if (index >= count) break;
                var from = rate > 0 ? began + (long)(index / rate * Stopwatch.Frequency) : Stopwatch.GetTimestamp();
                var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), from);
                if (wait > TimeSpan.Zero) await Task.Delay(wait);
                Outcome outcome;
                var status = 0;
                try
                {
                    outcome = await step(line, index);
                    status = line.Status;
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    outcome = Outcome.Failed;
                    line.Close();
                }

                tally.Count(outcome, status, Stopwatch.GetElapsedTime(from));
            }

            return tally;
        }
    }
}
