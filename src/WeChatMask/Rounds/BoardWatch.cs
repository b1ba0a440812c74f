using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Telemetry;

namespace WeChatMask.Rounds;

/// <summary>What a listener of the board is told: the new version, and only the pharmacies whose figures changed.</summary>
public sealed record BoardChange(long Version, DateTimeOffset AsOf, BoardRound? Round, IReadOnlyList<PharmacyFigures> Changed, DateTimeOffset? ChangedAt = null);

/// <summary>The same for who has the directory already: figures by code, without names, addresses and places on the map.</summary>
/// <remarks>The round is there only when it changed; places and left are of the window, counted from 1.</remarks>
public sealed record BoardFigures(long Version, DateTimeOffset AsOf, BoardRound? Round, int? Window, IReadOnlyList<ChangedFigures> Changed, DateTimeOffset? ChangedAt = null);

/// <summary>A pharmacy's figures, named as on the board.</summary>
public sealed record ChangedFigures(string Code, PharmacyStatus Status, int Places, int Left, int Booked, int Redeemed, int? NextWindow);

/// <summary>What a listener is told every fifteen seconds, so that silence means a broken line: of which version the figures are, and when the database was last seen to hold it.</summary>
public sealed record BoardHeartbeat(long Version, DateTimeOffset AsOf);

/// <summary>Follows other nodes' changes of the board within half a second, and once a second tells listeners what changed.</summary>
public sealed partial class BoardWatch(
    Board board, BoardQueries queries, BoardListeners listeners, CityCalendar calendar, TimeProvider time, IOptions<JsonOptions> json, Instruments instruments, ILogger<BoardWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HeartbeatPace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromMilliseconds(500);

    // During a rush every batch of every node wakes the others; a look at the version is not needed for each.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(50);

    private readonly Lock watching = new();

    // Whoever hears by a heartbeat of figures that are still on their way to them fetches the whole board.
    private readonly SemaphoreSlim sending = new(1, 1);
    private BoardView? told;
    private volatile First? first;

    /// <summary>What a listener is told first: the version it should have. Nothing that changes afterwards is told to others only.</summary>
    internal async ValueTask<BoardTelling> BeginAsync(CancellationToken cancellationToken)
    {
        var view = Begin(BoardView.Of(await board.GetAsync(cancellationToken), calendar));
        // The same for all who come while it is the newest.
        if (first is not { } known || !ReferenceEquals(known.Of, view)) first = known = new First(view, Tell(new BoardChange(view.Version, view.AsOf, view.Round, [], view.ChangedAt), view.Round));
        return known.Telling;
    }

    /// <summary>What a new listener starts from: never older than what the next event is compared with, else a change between the two is told to nobody.</summary>
    private BoardView Begin(BoardView view)
    {
        lock (watching)
        {
            told ??= view;
            return told.Version > view.Version ? told : view;
        }
    }

    public override void Dispose()
    {
        sending.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        instruments.ShowBoardListeners(() => listeners.Count);
        return Task.WhenAll(FollowAsync(stoppingToken), TellAsync(stoppingToken), BeatAsync(stoppingToken));
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryAsync(
                async () =>
                {
                    await queries.WaitForOthersAsync(LongestUnseen, stoppingToken);
                    var newest = board.Newest;
                    var asked = TimeProvider.System.GetTimestamp();
                    // Asked where nobody looks at the board, too: what a standby has is held against it.
                    var version = await queries.VersionAsync(stoppingToken);
                    if (newest is null) return;
                    if (version == newest.Version) board.MarkKnown(asked);
                    else board.MarkChanged();
                },
                stoppingToken);
            await Task.Delay(LeastPause, stoppingToken);
        }
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // A pause, not a timer: after a look that took long a timer's next tick comes at once, and two events within a second.
            await Task.Delay(Pace, stoppingToken);
            await TryAsync(() => LookAsync(stoppingToken), stoppingToken);
        }
    }

    private async Task BeatAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(HeartbeatPace, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await SendAsync(
                async () =>
                {
                    BoardView? view;
                    lock (watching) view = told;
                    if (view is null) return;
                    await listeners.BeatAsync(BoardTelling.Heartbeat(view.Version, calendar.Local(calendar.Now - board.Age), json.Value.SerializerOptions), stoppingToken);
                },
                stoppingToken);
        }
    }

    private async Task TryAsync(Func<Task> look, CancellationToken stoppingToken)
    {
        try
        {
            await look();
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
        {
            LogUnread(e);
            await Task.Delay(Pace, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        lock (watching)
        {
            if (listeners.Count == 0)
            {
                told = null;
                return;
            }
        }

        var view = BoardView.Of(await board.GetAsync(cancellationToken), calendar);
        await SendAsync(() => TellAsync(view, cancellationToken), cancellationToken);
    }

    private async Task SendAsync(Func<Task> send, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            await send();
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task TellAsync(BoardView view, CancellationToken cancellationToken)
    {
        BoardView? before;
        lock (watching) (before, told) = (told, view);
        if (before is null || ReferenceEquals(before, view)) return;
        var known = before.Pharmacies.ToDictionary(p => p.Code, StringComparer.Ordinal);
        var changed = view.Pharmacies.Where(p => !known.TryGetValue(p.Code, out var old) || old != p).ToList();
        var round = view.Round == before.Round ? null : view.Round;
        if (changed.Count == 0 && round is null && view.Version == before.Version) return;
        var telling = Tell(new BoardChange(view.Version, view.AsOf, round, changed, view.ChangedAt), view.Round);
        await listeners.TellAsync(telling, cancellationToken);
    }

    private BoardTelling Tell(BoardChange change, BoardRound? round) => new(change, round?.Window?.Index, json.Value.SerializerOptions);

    private sealed record First(BoardView Of, BoardTelling Telling);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The board could not be read; the next second tries again.")]
    private partial void LogUnread(Exception failure);
}
