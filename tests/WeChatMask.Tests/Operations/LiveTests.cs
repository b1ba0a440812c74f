using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Sandbox;
using WeChatMask.Telemetry;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>An opening as the bureau follows it: by the page, the API and the stream.</summary>
public sealed class LiveTests
{
    private const string Opening = "2020-02-10T19:00:00+08:00";
    private const string Path = "/api/supervisor/live";

    [EngineTheory]
    public async Task Two_nodes_bookings_are_one_sum_for_who_asks_either(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Opening, engine: engine);
        await using var other = await host.AddNodeAsync();
        for (var i = 0; i < 4; i++)
        {
            using var resident = await host.NewResidentAsync(i);
            Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
            Assert.Equal(409, (await resident.BookAsync("LD01", "b")).Status);
        }

        // The one takes both nodes in turn, the other asks its own.
        foreach (var asked in new[] { host, host, other })
        {
            using var supervisor = await asked.SupervisorAsync();
            await Eventually.UntilAsync(async () =>
            {
                var view = await supervisor.GetJsonAsync(Path);
                if (view.GetProperty("minutes").GetProperty("booked").EnumerateArray().Sum(b => b.GetInt32()) != 4
                    || view.GetProperty("refusals").EnumerateArray().Sum(r => r.GetProperty("all").GetInt32()) != 4 || view.GetProperty("booked").GetInt32() != 4) return false;
                Check(view);
                return true;
            });
        }
    }

    private static void Check(JsonElement view)
    {
        Assert.Equal(("already_booked", "本期已有预约"), (view.GetProperty("refusals")[0].Code(), view.GetProperty("refusals")[0].GetProperty("text").GetString()));
        Assert.Equal(2, view.GetProperty("nodes").GetArrayLength());
        Assert.Equal(4, view.GetProperty("windows").EnumerateArray().Sum(w => w.GetProperty("booked").GetInt32()));
        Assert.Equal(view.GetProperty("left").GetInt32(), view.GetProperty("pharmacies").EnumerateArray().Sum(p => p.GetProperty("left").GetInt32()));
    }

    [Fact]
    public async Task Ten_watchers_cost_one_look_a_second_hear_the_same_bytes_and_nothing_is_looked_at_when_they_are_gone()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Opening, configure: b => b.Services.AddSingleton<TimeProvider>(s => new HandPauses(s.GetRequiredService<SandboxClock>())));
        var pauses = (HandPauses)host.Get<TimeProvider>();
        var figures = host.Get<LiveFigures>();
        await using var held = await host.HoldJobsAsync();
        using var supervisor = await host.SupervisorAsync();
        for (var i = 0; i < 5; i++) await pauses.PassAsync();
        Assert.Equal(0, figures.Looks);

        var watchers = new List<(Stream Stream, IAsyncEnumerator<SseItem<string>> Events)>();
        for (var i = 0; i < 10; i++)
        {
            var stream = await supervisor.GetStreamAsync(new Uri($"{Path}/events", UriKind.Relative));
            watchers.Add((stream, SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator()));
        }

        for (var second = 1; second <= 3; second++)
        {
            await host.SetClockAsync($"2020-02-10T19:0{second}:00+08:00");
            host.Get<DeskTally>().Count(Refusal.SoldOut, second);
            await host.Get<DeskSeconds>().WriteAsync(CancellationToken.None);
            var before = figures.Looks;
            await pauses.PassAsync();
            var heard = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (_, events) in watchers)
            {
                Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Eventually.GiveUp));
                Assert.Equal("live", events.Current.EventType);
                heard.Add(events.Current.Data);
            }

            Assert.Single(heard);
            Assert.Equal(before + 1, figures.Looks);
        }

        foreach (var (stream, _) in watchers) await stream.DisposeAsync();
        await Eventually.UntilAsync(() => figures.Watchers == 0);
        var looks = figures.Looks;
        for (var i = 0; i < 5; i++) await pauses.PassAsync();
        Assert.Equal(looks, figures.Looks);
    }

    [Fact]
    public async Task A_stream_ends_when_its_log_in_does_and_when_the_server_stops()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Opening);
        using var leaving = await host.SupervisorAsync();
        using var staying = await host.StaffAsync("auditor");
        await using var left = await leaving.GetStreamAsync(new Uri($"{Path}/events", UriKind.Relative));
        await using var stayed = await staying.GetStreamAsync(new Uri($"{Path}/events", UriKind.Relative));
        using var reader = new StreamReader(stayed);
        Assert.Equal("event: live", await reader.ReadLineAsync().WaitAsync(Eventually.GiveUp));

        var token = Phone.FormToken(await leaving.GetStringAsync(new Uri("/supervisor/live", UriKind.Relative)));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["__RequestVerificationToken"] = token });
        using var out1 = await leaving.PostAsync(new Uri("/staff/logout", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.Found, out1.StatusCode);

        using (var rest = new StreamReader(left)) await rest.ReadToEndAsync().WaitAsync(Eventually.GiveUp);
        await Eventually.UntilAsync(() => host.Get<LiveFigures>().Watchers == 1);
        using var again = await leaving.GetAsync(new Uri($"{Path}/events", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);

        host.Get<IHostApplicationLifetime>().StopApplication();
        await reader.ReadToEndAsync().WaitAsync(Eventually.GiveUp);
    }

    [Fact]
    public async Task A_node_that_has_as_many_watchers_as_it_bears_asks_the_next_to_come_by_and_a_probe_takes_no_room()
    {
        await using var host = await SandboxHost.StartAsync();
        using var supervisor = await host.SupervisorAsync();
        var room = Enumerable.Range(0, LiveFigures.MostWatchers).Select(_ => host.Get<LiveFigures>().Watch()).ToList();
        Assert.All(room, Assert.NotNull);

        using var refused = await supervisor.GetAsync(new Uri($"{Path}/events", UriKind.Relative));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "poll"), (refused.StatusCode, (await refused.JsonAsync()).Code()));
        using var asked = new HttpRequestMessage(HttpMethod.Head, new Uri($"{Path}/events", UriKind.Relative));
        using var head = await supervisor.SendAsync(asked);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (head.StatusCode, head.Content.Headers.ContentType?.MediaType));
        room[0]!.Dispose();
        using var let = await supervisor.GetAsync(new Uri($"{Path}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, let.StatusCode);
    }

    [Fact]
    public async Task What_is_wrong_with_a_neighbour_is_told_with_how_many_wait()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Opening);
        using var supervisor = await host.SupervisorAsync();
        Assert.All((await supervisor.GetJsonAsync(Path)).GetProperty("health").EnumerateArray(), h => Assert.True(h.GetProperty("good").GetBoolean()));
        await host.FailAsync("sms", "down");
        using var resident = await host.NewResidentAsync(1);
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        await host.SetClockAsync("2020-02-10T22:30:00+08:00");

        var view = await supervisor.GetJsonAsync(Path);

        var sms = view.GetProperty("health").EnumerateArray().Single(h => h.GetProperty("subject").GetString() == "sms");
        Assert.False(sms.GetProperty("good").GetBoolean());
        Assert.Contains("1 人在等通知", sms.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, view.GetProperty("notices").GetProperty("sms").GetInt32());
    }

    [Fact]
    public void Every_reason_for_which_the_desk_refuses_has_its_words()
    {
        var words = XDocument.Parse(Architecture.Repository.Read("src/WeChatMask/Text/Live.resx")).Descendants("data").Select(d => d.Attribute("name")!.Value).ToHashSet(StringComparer.Ordinal);
        Refusal[] desk =
        [
            Refusal.UnknownResident, Refusal.UnknownPharmacy, Refusal.NotOpen, Refusal.Closed, Refusal.BookingPaused, Refusal.RoundAnnulled, Refusal.NotEligible, Refusal.NameMismatch,
            Refusal.RegistryUnavailable, Refusal.AlreadyBooked, Refusal.Cooldown, Refusal.PharmacyPaused, Refusal.SoldOut, Refusal.Busy,
        ];
        Assert.All(desk, r => Assert.Contains($"Reason_{Outcome.Of(r)}", words));
    }

    /// <summary>A clock that goes, whose pauses of a second wait for a hand.</summary>
    private sealed class HandPauses(TimeProvider inner) : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State)> held = [];

        public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != LiveFigures.Pace || period != Timeout.InfiniteTimeSpan) return inner.CreateTimer(callback, state, dueTime, period);
            lock (held) held.Add((callback, state));
            return inner.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        /// <summary>Ends all pauses that have begun, once there is one; then waits until whoever pauses always has begun the next.</summary>
        public async Task PassAsync()
        {
            await Eventually.UntilAsync(() => Count > 0);
            (TimerCallback Callback, object? State)[] due;
            lock (held)
            {
                due = [.. held];
                held.Clear();
            }

            foreach (var (callback, state) in due) callback(state);
            await Eventually.UntilAsync(() => Count > 0);
        }

        private int Count
        {
            get
            {
                lock (held) return held.Count;
            }
        }
    }
}
