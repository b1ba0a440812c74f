using System.Data.Common;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Bookings;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>What an opening's watchers are told: read once a second for all of them on this node together, and not at all while nobody watches.</summary>
public sealed partial class LiveFigures(
    DeskSecondStore seconds, DeskTally tally, Board board, NoticeQueries notices, Troubles troubles, LiveFormatter format, CityCalendar calendar, TimeProvider time,
    IOptions<JsonOptions> json, ILogger<LiveFigures> log) : BackgroundService
{
    /// <summary>More than a city has walls and desks: whoever comes beyond that asks from time to time.</summary>
    internal const int MostWatchers = 100;

    internal static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan HeartbeatPace = TimeSpan.FromSeconds(15);

    // Health and what waits change slowly, and take some statements to find out.
    private static readonly TimeSpan SlowPace = TimeSpan.FromSeconds(5);

    // Somewhat below the pace, so that the loop itself always looks.
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(900);

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly LiveHistory history = new();
    private readonly Lock telling = new();
    private LiveView? newest;
    private (DateTimeOffset At, LiveNotices Notices, IReadOnlyList<LiveHealth> Health)? slow;
    private int watchers;
    private LiveTelling? lastFigures;
    private LiveTelling? last;
    private byte[] lastCompared = [];
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How often the database was looked at.</summary>
    internal int Looks { get; private set; }

    internal int Watchers => Volatile.Read(ref watchers);

    /// <summary>The figures as of now, or of less than a second ago.</summary>
    public async Task<LiveView> GetAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var now = calendar.Now;
            if (newest is { } known && (now - known.AsOf).Duration() < Fresh) return known;
            return newest = await ReadAsync(now, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Lets somebody watch until it is disposed; null where there is no room.</summary>
    internal IDisposable? Watch()
    {
        if (Interlocked.Increment(ref watchers) <= MostWatchers) return new Watching(this);
        Interlocked.Decrement(ref watchers);
        return null;
    }

    /// <summary>What comes after what a watcher was told last; the newest figures for who was told nothing yet.</summary>
    internal async Task<LiveTelling> NextAsync(LiveTelling? told, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task coming;
            lock (telling)
            {
                if (lastFigures is { } figures && figures.Number > (told?.Number ?? 0)) return figures;
                if (told is not null && last is { } beat && beat.Number > told.Number) return beat;
                coming = next.Task;
            }

            await coming.WaitAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        gate.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // A pause, not a timer: after a look that took long a timer's next tick comes at once, and two events within a second.
            await Task.Delay(Pace, time, stoppingToken);
            await LookAsync(stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (Watchers == 0)
        {
            lock (telling) (lastFigures, lastCompared) = (null, []);
            return;
        }

        try
        {
            Tell(await GetAsync(cancellationToken));
        }
        catch (Exception e) when (e is DbException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            LogUnread(e);
            if (newest is { } known) Tell(known with { Health = format.Away(known.Health, known.AsOf) });
        }
    }

    private void Tell(LiveView view)
    {
        var options = json.Value.SerializerOptions;
        var present = calendar.Now;
        // Without its times a view that says the same is the same.
        var compared = LiveTelling.Json(view with { AsOf = default, Seconds = view.Seconds with { Ends = default }, Minutes = view.Minutes with { Ends = default } }, options);
        lock (telling)
        {
            var number = (last?.Number ?? 0) + 1;
            if (lastFigures is null || !compared.AsSpan().SequenceEqual(lastCompared)) last = lastFigures = LiveTelling.Figures(number, view, present, options);
            else if ((present - last!.At).Duration() >= HeartbeatPace) last = LiveTelling.Heartbeat(number, view.AsOf, present, options);
            else return;
            lastCompared = compared;
            next.SetResult();
            next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task<LiveView> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        Looks++;
        var from = history.ReadFrom(now);
        history.Take(from, await seconds.SinceAsync(from, cancellationToken));
        if (slow is not { } known || (now - known.At).Duration() >= SlowPace)
            slow = known = (now, LiveNotices.Of(await notices.DueAsync(now, cancellationToken), calendar), format.Health(await troubles.ReadAsync(cancellationToken)));
        var snapshot = await board.GetAsync(cancellationToken);
        var view = BoardView.At(snapshot, now, calendar);
        var nodes = history.Nodes(now);
        var shown = Shown(view.Pharmacies);
        return new LiveView(
            calendar.Local(now), format.State(snapshot.Round, now), view.Round, view.Pharmacies.Sum(p => p.Places), view.Pharmacies.Sum(p => p.Left), view.Pharmacies.Sum(p => p.Booked),
            nodes.Count == 0 ? tally.Waiting : nodes.Sum(n => n.Queue), Local(history.Seconds(now)), Local(history.Minutes(now)),
            [.. history.Refusals(now).Select(r => new LiveRefusal(r.Code, format.Reason(r.Code), r.Minute, r.All))],
            Windows(snapshot, view.Round?.Window?.Index), shown, view.Pharmacies.Count - shown.Count, known.Notices, [.. known.Health, format.Nodes(nodes.Count)],
            [.. nodes.Select(n => n with { SeenAt = calendar.Local(n.SeenAt) })]);
    }

    private LiveSeries Local(LiveSeries series) => series with { Ends = calendar.Local(series.Ends) };

    private List<LiveWindow> Windows(BoardSnapshot snapshot, int? present)
    {
        if (snapshot.Round is not { } round) return [];
        var places = snapshot.Pharmacies.SelectMany(p => p.PlacesAt(present ?? round.Times.Windows.Count)).ToLookup(p => p.Window);
        return
        [
            .. round.Times.Windows.Select(w => new LiveWindow(
                w.Index, calendar.Local(w.OpensAt), calendar.Local(w.ClosesAt), places[w.Index].Sum(p => p.Places + p.RolledIn - p.RolledOut), places[w.Index].Sum(p => p.Taken), places[w.Index].Sum(p => p.Left))),
        ];
    }

    /// <summary>All of a small city; of a large one those that are full and, first of the others, those with the largest part left.</summary>
    internal static IReadOnlyList<LivePharmacy> Shown(IReadOnlyList<PharmacyFigures> pharmacies)
    {
        const int most = 30;
        const int mostFull = 15;
        var full = pharmacies.Where(p => p is { Places: > 0, Left: <= 0 }).ToList();
        var others = pharmacies.Where(p => p is not { Places: > 0, Left: <= 0 })
            .OrderByDescending(p => p.Places == 0 ? -1 : (double)p.Left / p.Places).ThenByDescending(p => p.Left).ThenBy(p => p.Code, StringComparer.Ordinal).ToList();
        full = [.. full.Take(Math.Max(mostFull, most - others.Count))];
        return [.. full.Concat(others.Take(most - full.Count)).Select(p => new LivePharmacy(p.Code, p.Name, p.District, p.Status, p.Places, p.Left, p.Booked))];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The figures of the live page could not be read; the next second tries again.")]
    private partial void LogUnread(Exception failure);

    private sealed class Watching(LiveFigures figures) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref figures.watchers);
    }
}
