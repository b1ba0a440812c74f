using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Telemetry;

namespace WeChatMask.Rounds;

/// <summary>What a listener of the board is told: the new version, and only the pharmacies whose figures changed.</summary>
public sealed record BoardChange(long Version, DateTimeOffset AsOf, BoardRound? Round, IReadOnlyList<PharmacyFigures> Changed);

/// <summary>The same for who has the directory already: figures by code, without names, addresses and places on the map.</summary>
/// <remarks>The round is there only when it changed; places and left are of the window, counted from 1.</remarks>
public sealed record BoardFigures(long Version, DateTimeOffset AsOf, BoardRound? Round, int? Window, IReadOnlyList<ChangedFigures> Changed);

/// <summary>A pharmacy's figures, named as on the board.</summary>
public sealed record ChangedFigures(string Code, PharmacyStatus Status, int Places, int Left, int Booked, int Redeemed, int? NextWindow);

/// <summary>Follows other nodes' changes of the board within half a second, and once a second tells listeners what changed.</summary>
public sealed partial class BoardWatch(
    Board board, BoardQueries queries, CityCalendar calendar, IHostApplicationLifetime lifetime, IOptions<JsonOptions> json,
    Instruments instruments, ILogger<BoardWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromMilliseconds(500);

    // During a rush every batch of every node wakes the others; a look at the version is not needed for each.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Channel<Telling>, bool> listeners = new();
    private BoardView? told;

    /// <summary>Everything that changes from now on; the first event says the version the listener should have.</summary>
    public async IAsyncEnumerable<SseItem<BoardChange>> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var telling in HearAsync(cancellationToken)) yield return Item(telling.Change);
    }

    /// <summary>The same as <see cref="BoardFigures"/>, written once for all who listen.</summary>
    public async IAsyncEnumerable<SseItem<byte[]>> ListenToFiguresAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var telling in HearAsync(cancellationToken)) yield return Item(telling.Figures.Value);
    }

    private async IAsyncEnumerable<Telling> HearAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A slow phone gets the newest changes merged by its own next GET; what it cannot take in time is dropped.
        var channel = Channel.CreateBounded<Telling>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });
        listeners.TryAdd(channel, true);
        // A listener would hold the server's stop up for its whole grace time; it comes back by itself to the next node.
        using var stop = lifetime.ApplicationStopping.Register(() => channel.Writer.TryComplete());
        try
        {
            var view = Begin(BoardView.Of(await board.GetAsync(cancellationToken), calendar));
            yield return Tell(new BoardChange(view.Version, view.AsOf, view.Round, []), view.Round);
            await foreach (var telling in channel.Reader.ReadAllAsync(cancellationToken)) yield return telling;
        }
        finally
        {
            listeners.TryRemove(channel, out _);
        }
    }

    /// <summary>What a new listener starts from: never older than what the next event is compared with, else a change between the two is told to nobody.</summary>
    private BoardView Begin(BoardView view)
    {
        lock (listeners)
        {
            told ??= view;
            return told.Version > view.Version ? told : view;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        instruments.ShowBoardListeners(() => listeners.Count);
        return Task.WhenAll(FollowAsync(stoppingToken), TellAsync(stoppingToken));
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryAsync(
                async () =>
                {
                    await queries.WaitForOthersAsync(LongestUnseen, stoppingToken);
                    if (board.Newest is { } newest && await queries.VersionAsync(stoppingToken) != newest.Version) board.MarkChanged();
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
        lock (listeners)
        {
            if (listeners.IsEmpty)
            {
                told = null;
                return;
            }
        }

        var view = BoardView.Of(await board.GetAsync(cancellationToken), calendar);
        BoardView? before;
        lock (listeners) (before, told) = (told, view);
        if (before is null || ReferenceEquals(before, view)) return;
        var known = before.Pharmacies.ToDictionary(p => p.Code, StringComparer.Ordinal);
        var changed = view.Pharmacies.Where(p => !known.TryGetValue(p.Code, out var old) || old != p).ToList();
        var round = view.Round == before.Round ? null : view.Round;
        if (changed.Count == 0 && round is null && view.Version == before.Version) return;
        var telling = Tell(new BoardChange(view.Version, view.AsOf, round, changed), view.Round);
        foreach (var listener in listeners.Keys) listener.Writer.TryWrite(telling);
    }

    private Telling Tell(BoardChange change, BoardRound? round) => new(change, new Lazy<byte[]>(() => JsonSerializer.SerializeToUtf8Bytes(
        new BoardFigures(
            change.Version, change.AsOf, change.Round, round?.Window?.Index,
            [.. change.Changed.Select(p => new ChangedFigures(p.Code, p.Status, p.Places, p.Left, p.Booked, p.Redeemed, p.NextWindow))]),
        json.Value.SerializerOptions)));

    private static SseItem<T> Item<T>(T data) =>
        new(data, "board") { ReconnectionInterval = TimeSpan.FromMilliseconds(Random.Shared.Next(2_000, 6_000)) };

    private sealed record Telling(BoardChange Change, Lazy<byte[]> Figures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The board could not be read; the next second tries again.")]
    private partial void LogUnread(Exception failure);
}
