using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Threading.Channels;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>
/// Hefei's opening: people who have never been here come within a minute, each logs in, registers, reads the board and tries to book. Who is
/// told to wait comes back when the page says so, and no sooner.
/// </summary>
internal sealed class HefeiRow : IDisposable
{
    private const int Everybody = 370_000;
    private const int PlacesEach = 200;
    private const int Lines = 2000;
    private const double ArrivalsPerSecond = Everybody / 60.0;
    private const double MostSeconds = 180;
    private const int MostMegabytes = 700;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(8);

    private readonly BenchCity city;
    private readonly int people;
    private readonly Channel<Visit> due = Channel.CreateUnbounded<Visit>(new UnboundedChannelOptions { AllowSynchronousContinuations = true, SingleWriter = true });
    private readonly PriorityQueue<Visit, long> waiting = new();
    private readonly Lock gate = new();
    private readonly Tally calls = new();
    private readonly Histogram served = new();
    private readonly CancellationTokenSource over = new();
    private long lastThrough;
    private long late;
    private long booked;
    private long waited;
    private long overtaken;
    private int finished;
    private int lost;

    private HefeiRow(BenchCity city, int people) => (this.city, this.people) = (city, people);

    public static async Task RunAsync(Bench bench)
    {
        await using var opened = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, PlacesEach);
        using var opening = new HefeiRow(opened, bench.People ?? Everybody);
        var began = Stopwatch.GetTimestamp();
        await opening.LeadAsync(began);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (calls, places) = (opening.calls, Math.Min(opening.people, (long)BenchCity.Pharmacies * PlacesEach));
        var stored = await opened.BookingsAsync();
        Bench.Line($"Hefei: {opening.people:#,0} come within {opening.people / ArrivalsPerSecond:0} s over {Lines:#,0} connections", $"{seconds:0} s in all", $"at most {MostSeconds:0}", seconds <= MostSeconds);
        Bench.Line("  answers", $"{calls.Done + calls.Refused + calls.Failed:#,0}, {calls.Rate:#,0}/s", $"{opening.finished:#,0} people were served whole, {opening.waited:#,0} in the line before", opening.finished == opening.people);
        Bench.Line("  errors", $"{calls.Failed} {calls.Failures}", "none", calls.Failed == 0);
        Bench.Line("  slowest answer", $"{calls.Latency.Longest.TotalSeconds:0.00} s, p99 {calls.Latency.Milliseconds(0.99):0} ms, {opening.late:#,0} later than {Longest.TotalSeconds:0} s", "at most 2 s", opening.late == 0);
        Bench.Line("    of it the server's own", $"{opening.served.Longest.TotalSeconds:0.00} s, p99 {opening.served.Milliseconds(0.99):0} ms, half within {opening.served.Milliseconds(0.5):0} ms");
        Bench.Line("  overtaken in the line", Runs.Number(opening.overtaken), "nobody", opening.overtaken == 0);
        Bench.Line("  booked", Runs.Number(stored), $"exactly {places:#,0}", stored == places && opening.booked == places);
        Bench.Line("  the server's memory at most", $"{opened.Server.PeakMegabytes:0} MB", $"at most {MostMegabytes}", opened.Server.PeakMegabytes <= MostMegabytes);
        Bench.Line("  the server's processor time", $"{opened.Server.Busy.TotalSeconds:0} s");
        if (stored > places || opening.booked > stored) bench.Break($"Hefei: {opening.booked} were confirmed, {stored} are stored, there are {places} places");
        await bench.VerifyAsync("Hefei", opened);
    }

    public void Dispose() => over.Dispose();

    private async Task LeadAsync(long began)
    {
        over.CancelAfter(GiveUp);
        var lines = Enumerable.Range(0, Lines).Select(_ => Task.Run(ServeAsync)).ToList();
        var arrivals = ArrivalsPerSecond / Stopwatch.Frequency;
        for (var come = 0; Volatile.Read(ref finished) + Volatile.Read(ref lost) < people && !over.IsCancellationRequested;)
        {
            var now = Stopwatch.GetTimestamp();
            for (; come < people && (come / arrivals) + began <= now; come++) Put(new Visit(city.NewGuest()) { DueAt = began + (long)(come / arrivals) });
            lock (gate)
            {
                while (waiting.TryPeek(out _, out var at) && at <= now) Put(waiting.Dequeue());
            }

            await Task.Delay(1);
        }

        due.Writer.Complete();
        foreach (var (tally, histogram) in await Task.WhenAll(lines))
        {
            calls.Add(tally);
            served.Add(histogram);
        }

        calls.Took = Stopwatch.GetElapsedTime(began);
    }

    private void Put(Visit visit) => due.Writer.TryWrite(visit);

    private async Task<(Tally Calls, Histogram Served)> ServeAsync()
    {
        var (tally, histogram) = (new Tally(), new Histogram());
        using var line = new Line(city.Port);
        while (await NextAsync() is { } visit && !over.IsCancellationRequested)
        {
            try
            {
                if (await GoOnAsync(line, visit, new Seen(tally, histogram))) Interlocked.Increment(ref finished);
                else if (visit.IsLost) Interlocked.Increment(ref lost);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                line.Close();
                tally.Count(Outcome.Failed, 0, Stopwatch.GetElapsedTime(visit.DueAt));
                Interlocked.Increment(ref lost);
            }
        }

        return (tally, histogram);
    }

    // One visit wakes one connection. Waiting for there to be something would wake all that are free, each time.
    private async ValueTask<Visit?> NextAsync()
    {
        try
        {
            return await due.Reader.ReadAsync();
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    /// <summary>Leads somebody as far as it goes now; true when they are done.</summary>
    private async ValueTask<bool> GoOnAsync(Line line, Visit visit, Seen seen)
    {
        var guest = visit.Guest;
        if (visit.Place == 0)
        {
            if (await AskAsync(line, line.ComeAsync(guest), visit, seen, 302) is false) return false;
            if (line.IsSentToLine()) (visit.Place, guest.Place) = (PlaceOf(line), line.Cookie("__Host-wm_line="u8).ToArray());
        }

        if (visit.Place > 0 && !await IsTurnAsync(line, visit, seen)) return false;
        guest.Place = [];
        if (!await AskAsync(line, line.ReturnAsync(guest), visit, seen, 302)) return false;
        if (!await AskAsync(line, line.RegisterAsync(guest), visit, seen, 201)) return false;
        if (!await AskAsync(line, line.BoardAsync(guest), visit, seen, 200)) return false;
        var status = await line.BookAsync(guest, BenchCity.PharmacyOf(guest.Number));
        Note(line, visit, seen, status, status == 201 ? Outcome.Done : status == 409 ? Outcome.Refused : Outcome.Failed);
        if (status == 201) Interlocked.Increment(ref booked);
        guest.Cookie = [];
        return status is 201 or 409;
    }

    private async ValueTask<bool> IsTurnAsync(Line line, Visit visit, Seen seen)
    {
        var through = Interlocked.Read(ref lastThrough);
        var status = await line.WaitAsync(visit.Guest);
        if (status != 200)
        {
            if (!await AskAsync(line, ValueTask.FromResult(status), visit, seen, 302)) return false;
            for (long last; visit.Place > (last = Interlocked.Read(ref lastThrough)) && Interlocked.CompareExchange(ref lastThrough, visit.Place, last) != last;)
            {
            }

            return true;
        }

        // Somebody behind them had gone through before they asked.
        if (through > visit.Place) Interlocked.Increment(ref overtaken);
        if (!visit.HasWaited) Interlocked.Increment(ref waited);
        visit.HasWaited = true;
        Note(line, visit, seen, status, Outcome.Done);
        visit.DueAt = Stopwatch.GetTimestamp() + (Math.Max(1, line.RetryAfter) * Stopwatch.Frequency);
        lock (gate) waiting.Enqueue(visit, visit.DueAt);
        return false;
    }

    private async ValueTask<bool> AskAsync(Line line, ValueTask<int> call, Visit visit, Seen seen, int wanted)
    {
        var status = await call;
        Note(line, visit, seen, status, status == wanted ? Outcome.Done : Outcome.Failed);
        return status == wanted;
    }

    // The next call of the same visit is made at once.
    private void Note(Line line, Visit visit, Seen seen, int status, Outcome outcome)
    {
        var took = Stopwatch.GetElapsedTime(visit.DueAt);
        seen.Calls.Count(outcome, status, took);
        seen.Served.Add(line.Took);
        if (took > Longest) Interlocked.Increment(ref late);
        if (outcome == Outcome.Failed) visit.IsLost = true;
        visit.DueAt = Stopwatch.GetTimestamp();
    }

    // The number is the place's second part: everybody may read it, nobody can change it.
    private static long PlaceOf(Line line)
    {
        var parts = System.Text.Encoding.ASCII.GetString(line.Cookie("__Host-wm_line="u8)).Split('=')[^1].Split('.');
        return parts.Length > 1 ? long.Parse(parts[1], CultureInfo.InvariantCulture) : throw new IOException("A place without a number.");
    }

    /// <param name="Calls">By the planned instants.</param>
    /// <param name="Served">By the server alone, from the sending on.</param>
    private readonly record struct Seen(Tally Calls, Histogram Served);

    private sealed class Visit(Guest guest)
    {
        public Guest Guest { get; } = guest;

        /// <summary>When the next call is planned for.</summary>
        public long DueAt { get; set; }

        /// <summary>Their number in the line; 0 for who is in none.</summary>
        public long Place { get; set; }

        public bool HasWaited { get; set; }

        public bool IsLost { get; set; }
    }
}
