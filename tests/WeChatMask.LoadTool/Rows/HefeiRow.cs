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
    private readonly Channel<Visit> due = Channel.CreateUnbounded<Visit>();
    private readonly PriorityQueue<Visit, long> waiting = new();
    private readonly Lock gate = new();
    private readonly Tally calls = new();
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
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, PlacesEach);
        using var opening = new HefeiRow(city, bench.People ?? Everybody);
        var began = Stopwatch.GetTimestamp();
        await opening.LeadAsync(began);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (calls, places) = (opening.calls, Math.Min(opening.people, (long)BenchCity.Pharmacies * PlacesEach));
        var stored = await city.BookingsAsync();
        bench.Line($"Hefei: {opening.people:#,0} come within {opening.people / ArrivalsPerSecond:0} s over {Lines:#,0} connections", $"{seconds:0} s in all", $"at most {MostSeconds:0}", seconds <= MostSeconds);
        bench.Line("  answers", $"{calls.Done + calls.Refused + calls.Failed:#,0}, {calls.Rate:#,0}/s", $"{opening.finished:#,0} people were served whole, {opening.waited:#,0} in the line before", opening.finished == opening.people);
        bench.Line("  errors", $"{calls.Failed} {calls.Failures}", "none", calls.Failed == 0);
        bench.Line("  slowest answer", $"{calls.Latency.Longest.TotalSeconds:0.00} s, p99 {calls.Latency.Milliseconds(0.99):0} ms, {opening.late:#,0} later than {Longest.TotalSeconds:0} s", "at most 2 s", opening.late == 0);
        bench.Line("  overtaken in the line", Runs.Number(opening.overtaken), "nobody", opening.overtaken == 0);
        bench.Line("  booked", Runs.Number(stored), $"exactly {places:#,0}", stored == places && opening.booked == places);
        bench.Line("  the server's memory at most", $"{city.Server.PeakMegabytes:0} MB", $"at most {MostMegabytes}", city.Server.PeakMegabytes <= MostMegabytes);
        bench.Line("  the server's processor time", $"{city.Server.Busy.TotalSeconds:0} s");
        if (stored > places || opening.booked > stored) bench.Break($"Hefei: {opening.booked} were confirmed, {stored} are stored, there are {places} places");
        await bench.VerifyAsync("Hefei", city);
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
        foreach (var tally in await Task.WhenAll(lines)) calls.Add(tally);
        calls.Took = Stopwatch.GetElapsedTime(began);
    }

    private void Put(Visit visit) => due.Writer.TryWrite(visit);

    private async Task<Tally> ServeAsync()
    {
        var tally = new Tally();
        using var line = new Line(city.Port);
        await foreach (var visit in due.Reader.ReadAllAsync())
        {
            if (over.IsCancellationRequested) break;
            try
            {
                if (await GoOnAsync(line, visit, tally)) Interlocked.Increment(ref finished);
                else if (visit.IsLost) Interlocked.Increment(ref lost);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                line.Close();
                tally.Count(Outcome.Failed, 0, Stopwatch.GetElapsedTime(visit.DueAt));
                Interlocked.Increment(ref lost);
            }
        }

        return tally;
    }

    /// <summary>Leads somebody as far as it goes now; true when they are done.</summary>
    private async ValueTask<bool> GoOnAsync(Line line, Visit visit, Tally tally)
    {
        var guest = visit.Guest;
        if (visit.Place == 0)
        {
            if (await AskAsync(line.ComeAsync(guest), visit, tally, 302) is false) return false;
            if (line.IsSentToLine()) (visit.Place, guest.Place) = (PlaceOf(line), line.Cookie("__Host-wm_line="u8).ToArray());
        }

        if (visit.Place > 0 && !await IsTurnAsync(line, visit, tally)) return false;
        guest.Place = [];
        if (!await AskAsync(line.ReturnAsync(guest), visit, tally, 302)) return false;
        if (!await AskAsync(line.RegisterAsync(guest), visit, tally, 201)) return false;
        if (!await AskAsync(line.BoardAsync(guest), visit, tally, 200)) return false;
        var status = await line.BookAsync(guest, BenchCity.PharmacyOf(guest.Number));
        Note(visit, tally, status, status == 201 ? Outcome.Done : status == 409 ? Outcome.Refused : Outcome.Failed);
        if (status == 201) Interlocked.Increment(ref booked);
        guest.Cookie = [];
        return status is 201 or 409;
    }

    private async ValueTask<bool> IsTurnAsync(Line line, Visit visit, Tally tally)
    {
        var through = Interlocked.Read(ref lastThrough);
        var status = await line.WaitAsync(visit.Guest);
        if (status != 200)
        {
            if (!await AskAsync(ValueTask.FromResult(status), visit, tally, 302)) return false;
            for (long seen; visit.Place > (seen = Interlocked.Read(ref lastThrough)) && Interlocked.CompareExchange(ref lastThrough, visit.Place, seen) != seen;)
            {
            }

            return true;
        }

        // Somebody behind them had gone through before they asked.
        if (through > visit.Place) Interlocked.Increment(ref overtaken);
        if (!visit.HasWaited) Interlocked.Increment(ref waited);
        visit.HasWaited = true;
        Note(visit, tally, status, Outcome.Done);
        visit.DueAt = Stopwatch.GetTimestamp() + (Math.Max(1, line.RetryAfter) * Stopwatch.Frequency);
        lock (gate) waiting.Enqueue(visit, visit.DueAt);
        return false;
    }

    private async ValueTask<bool> AskAsync(ValueTask<int> call, Visit visit, Tally tally, int wanted)
    {
        var status = await call;
        Note(visit, tally, status, status == wanted ? Outcome.Done : Outcome.Failed);
        return status == wanted;
    }

    // The next call of the same visit is made at once.
    private void Note(Visit visit, Tally tally, int status, Outcome outcome)
    {
        var took = Stopwatch.GetElapsedTime(visit.DueAt);
        tally.Count(outcome, status, took);
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
