using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Rounds;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Rounds;

public sealed class BoardHeartbeatTests
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Every_fifteen_seconds_a_listener_hears_of_which_version_the_figures_are_though_nothing_changes()
    {
        await using var host = await SandboxHost.StartAsync(configure: b => b.Services.AddSingleton<TimeProvider>(s => new HandTimers(s.GetRequiredService<SandboxClock>())));
        var timers = (HandTimers)host.Get<TimeProvider>();
        var board = (await host.Http.GetJsonAsync("/api/board")).GetProperty("version").GetInt64();
        using var patience = new CancellationTokenSource(Eventually.GiveUp);
        await using var heard = SseParser.Create(await host.Http.GetStreamAsync(new Uri("/api/board/events?view=figures", UriKind.Relative))).EnumerateAsync(patience.Token).GetAsyncEnumerator();
        Assert.True(await heard.MoveNextAsync());
        Assert.Equal("board", heard.Current.EventType);

        for (var i = 0; i < 3; i++)
        {
            var before = timers.GetUtcNow();
            timers.Fire(Pace);
            Assert.True(await heard.MoveNextAsync());
            var told = JsonSerializer.Deserialize<JsonElement>(heard.Current.Data);
            Assert.Equal(("heartbeat", board), (heard.Current.EventType, told.GetProperty("version").GetInt64()));
            // The database was looked at within the half second before, as far as a busy machine keeps to that.
            Assert.InRange(told.GetProperty("asOf").GetDateTimeOffset(), before - Pace, timers.GetUtcNow());
        }
    }

    [Fact]
    public async Task Who_asks_for_the_board_is_told_how_long_ago_it_was_known_to_be_the_newest()
    {
        await using var host = await SandboxHost.StartAsync();
        using var answer = await host.Http.GetAsync(new Uri("/api/board", UriKind.Relative));

        Assert.InRange(answer.Headers.Age!.Value, TimeSpan.Zero, Pace);
    }

    [Fact]
    public async Task A_heartbeat_is_never_ahead_of_the_event_that_brings_its_figures()
    {
        await using var host = await SandboxHost.StartAsync(
            clock: "2020-02-10T19:00:00+08:00", configure: b => b.Services.AddSingleton<TimeProvider>(s => new HandTimers(s.GetRequiredService<SandboxClock>())));
        var timers = (HandTimers)host.Get<TimeProvider>();
        using var person = await host.NewResidentAsync(7);
        using var patience = new CancellationTokenSource(Eventually.GiveUp);
        var all = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => HearOfChangeAsync(host.Http, patience.Token)));
        await Eventually.UntilAsync(() => host.Get<BoardListeners>().Count == 20);

        await person.BookAsync("LD01", "request-1");
        // One heartbeat after the other, so that some begin while the event is made.
        while (!all.IsCompleted)
        {
            timers.Fire(Pace);
            await Task.Yield();
        }

        Assert.All(await all, word => Assert.Equal("board", word));
    }

    /// <summary>The event by which a listener first hears of a newer version than it began with.</summary>
    private static async Task<string> HearOfChangeAsync(HttpClient http, CancellationToken cancellationToken)
    {
        await using var stream = await http.GetStreamAsync(new Uri("/api/board/events?view=figures", UriKind.Relative), cancellationToken);
        long? first = null;
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            var version = JsonSerializer.Deserialize<JsonElement>(item.Data).GetProperty("version").GetInt64();
            first ??= version;
            if (version > first) return item.EventType;
        }

        throw new EndOfStreamException();
    }

    /// <summary>A clock that goes, whose timers of one length wait for a hand.</summary>
    private sealed class HandTimers(TimeProvider inner) : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State, TimeSpan Period)> held = [];

        public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (period != Pace) return inner.CreateTimer(callback, state, dueTime, period);
            lock (held) held.Add((callback, state, period));
            return inner.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Fire(TimeSpan period)
        {
            lock (held)
            {
                Assert.Contains(held, t => t.Period == period);
                foreach (var (callback, state, _) in held) callback(state);
            }
        }
    }
}
