using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Sandbox;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>Several nodes on one database and in one world make one city, whichever of them is asked.</summary>
public sealed class JoinedWorldTests
{
    private const string Opening = "2020-02-10T19:00:00+08:00";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_clock_is_one_whichever_node_moves_it(bool throughTheJoined)
    {
        await using var owner = await SandboxHost.StartAsync();
        await using var node = await JoinAsync(owner);
        Assert.Equal(owner.Get<SandboxClock>().Time, node.Get<SandboxClock>().Time);

        var mover = throughTheJoined ? node : owner;
        var looked = TimeProvider.System.GetUtcNow();
        foreach (var to in new[] { Opening, "2020-02-12T08:00:00+08:00", "2020-02-11T08:00:00+08:00" })
        {
            Assert.Equal(DateTimeOffset.Parse(to, null), await mover.SetClockAsync(to));

            // The same offset from the machine's clock, so not a tick apart.
            Assert.Equal(owner.Get<SandboxClock>().Time, node.Get<SandboxClock>().Time);
            Assert.Null(node.Get<SandboxClock>().Time.Frozen);
        }

        Assert.InRange(await node.NowAsync() - DateTimeOffset.Parse("2020-02-11T08:00:00+08:00", null), TimeSpan.Zero, TimeProvider.System.GetUtcNow() - looked);
    }

    [Fact]
    public async Task A_joined_node_has_each_new_time_before_anything_is_done_at_it()
    {
        SandboxClock? joined = null;
        var seen = new List<(DateTimeOffset Owner, DateTimeOffset Node)>();
        await using var owner = await SandboxHost.StartAsync(configure: b => Send(b.Services, (s, _) =>
        {
            lock (seen) seen.Add((s.GetRequiredService<SandboxClock>().GetUtcNow(), joined!.GetUtcNow()));
            return Task.CompletedTask;
        }));
        await using var node = await JoinAsync(owner);
        joined = node.Get<SandboxClock>();

        await owner.SetClockAsync("2020-02-13T12:00:00+08:00");

        // Each evening the pharmacies get their lists, at that evening's close.
        Assert.Equal([10, 11, 12], seen.Select(s => s.Owner.ToOffset(TimeSpan.FromHours(8)).Day).Distinct().Order());
        Assert.All(seen, s => Assert.Equal(s.Owner, s.Node));
    }

    [Fact]
    public async Task What_a_node_has_begun_to_send_ends_before_the_clock_jumps()
    {
        var sending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var owner = await SandboxHost.StartAsync("chuzhou");
        await using var node = await JoinAsync(owner, b => Send(b.Services, (_, message) =>
        {
            sending.TrySetResult();
            return goOn.Task;
        }));
        await OpenAsync(owner);
        using var resident = await node.NewResidentAsync(1);
        Task<DateTimeOffset> move;
        // Only the joined node sends now.
        await using (await owner.Get<SchedulerPause>().HoldAsync(CancellationToken.None))
        {
            Assert.Equal(201, (await resident.BookAsync("CZ001", "r")).Status);
            await sending.Task.WaitAsync(Eventually.GiveUp);
            move = owner.AdvanceAsync("PT5M");
            await Eventually.UntilAsync(() => node.Get<SandboxClock>().Time.Frozen is not null);
        }

        Assert.False(move.IsCompleted);
        goOn.SetResult();
        await move;
        // Five minutes later its lease would have run out, and the owner would have sent it a second time.
        Assert.False(Assert.Single(await owner.SmsAsync(People.Mobile(1))).GetProperty("repeat").GetBoolean());
    }

    [Fact]
    public async Task After_a_jump_back_a_joined_nodes_jobs_run_again()
    {
        await using var owner = await SandboxHost.StartAsync();
        await using var node = await JoinAsync(owner);
        await owner.SetClockAsync("2020-02-05T18:59:59+08:00");
        await using var held = await owner.Get<SchedulerPause>().HoldAsync(CancellationToken.None);
        var date = new DateOnly(2020, 2, 5);
        await owner.Get<RoundStore>().PlanAsync(date, CancellationToken.None);

        await Eventually.UntilAsync(async () => await node.Get<RoundQueries>().FindAsync(date, CancellationToken.None) is { Phase: RoundPhase.Open });
    }

    [Fact]
    public async Task A_resident_of_one_node_is_one_of_every_node()
    {
        await using var owner = await SandboxHost.StartAsync();
        await using var node = await JoinAsync(owner);
        await owner.SetClockAsync(Opening);
        using var anna = await node.NewResidentAsync(1);

        var (status, booking) = await anna.BookAsync("LD01", "r");

        Assert.Equal(201, status);
        var elsewhere = new Uri(owner.Address, "/api/bookings");
        var bookings = await anna.Http.GetFromJsonAsync<JsonElement>(elsewhere);
        Assert.Equal(booking.GetProperty("number").GetString(), bookings.GetProperty("bookings")[0].GetProperty("number").GetString());
        Assert.NotEmpty((await node.Http.GetJsonAsync("/sandbox/wechat/calls")).EnumerateArray());
    }

    [Fact]
    public async Task A_log_in_may_end_at_another_node_than_it_began()
    {
        await using var owner = await SandboxHost.StartAsync();
        await using var node = await JoinAsync(owner);
        using var browser = node.Browser();

        using var start = await browser.GetAsync(new Uri("/login?returnUrl=%2Fbookings", UriKind.Relative));
        var authorize = start.Headers.Location!;
        // The page is WeChat's, which any node leads to; the way back is to the node that asked.
        using var chosen = await browser.GetAsync(new Uri(node.Address, authorize.PathAndQuery + "&openid=oBob"));
        Assert.Equal(node.Address.Authority, chosen.Headers.Location?.Authority);
        using var end = await browser.GetAsync(new Uri(owner.Address, chosen.Headers.Location!.PathAndQuery));

        Assert.Equal(owner.Address.Authority, authorize.Authority);
        Assert.Equal((HttpStatusCode.Found, "/bookings"), (end.StatusCode, end.Headers.Location?.OriginalString));
        using var me = await browser.GetAsync(new Uri("/api/me", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Fact]
    public async Task Whatever_a_node_sends_lands_in_the_one_inbox()
    {
        await using var owner = await SandboxHost.StartAsync("chuzhou");
        await using var node = await JoinAsync(owner);
        await OpenAsync(node);
        using var resident = await owner.NewResidentAsync(1);
        await using var idle = await owner.Get<SchedulerPause>().HoldAsync(CancellationToken.None);
        await using var alone = await node.Get<SchedulerPause>().HoldAsync(CancellationToken.None);
        Assert.Equal(201, (await resident.BookAsync("CZ001", "r")).Status);

        await node.Get<DueWork>().RunAllAsync(CancellationToken.None);

        Assert.Single(await owner.SmsAsync(People.Mobile(1)));
        Assert.Single(await node.SmsAsync(People.Mobile(1)));
    }

    [Fact]
    public async Task The_world_answers_through_every_node()
    {
        await using var owner = await SandboxHost.StartAsync();
        await using var node = await JoinAsync(owner);

        await node.FailAsync("registry", "down");
        Assert.Equal("down", (await owner.Http.GetJsonAsync("/sandbox/faults")).GetProperty("registry").GetString());
        using (await node.Http.PutAsJsonAsync("/sandbox/registry/11010519491231002X", new { name = "张三", eligible = false })) await owner.FailAsync("registry", "ok");
        var (_, verdict) = await node.LookUpAsync("11010519491231002X", "张三");
        Assert.False(verdict.GetProperty("eligible").GetBoolean());

        var (status, reply) = await node.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "text", content = "预约" });
        Assert.Equal((200, 200), (status, reply.GetProperty("status").GetInt32()));
        Assert.Equal(1, (await node.Http.GetJsonAsync("/sandbox/phones/oAnna/messages")).GetArrayLength());

        var (refused, problem) = await node.Http.PostAsync("/sandbox/clock", new { advance = "soon" });
        Assert.Equal((422, "invalid_clock"), (refused, problem.Code()));
        using var page = await node.Http.GetAsync(new Uri("/sandbox", UriKind.Relative));
        Assert.Equal(new Uri(owner.Address, "/sandbox"), page.Headers.Location);
        using var feed = await node.Http.GetAsync(new Uri("/sandbox/activity", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/sandbox/activity") { Headers = { IfNoneMatch = { feed.Headers.ETag! } } };
        using var unchanged = await node.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task A_dead_node_and_one_that_is_paused_do_not_hold_the_clock_up()
    {
        await using var owner = await SandboxHost.StartAsync();
        await using var node = await JoinAsync(owner);
        owner.Get<JoinedNodes>().Patience = TimeSpan.FromMilliseconds(500);
        // The system takes the connection for it, but it never answers.
        using var paused = new TcpListener(IPAddress.Loopback, 0);
        paused.Start();
        foreach (var url in new[] { "http://127.0.0.1:1", $"http://{paused.LocalEndpoint}" })
            Assert.Equal(200, (await owner.Http.PostAsync("/sandbox/nodes", new { url })).Status);
        Assert.Equal(3, owner.Get<JoinedNodes>().All.Count);

        await owner.SetClockAsync(Opening);

        // So short a patience may drop the living one too, for a moment, when the machine is busy.
        await Eventually.UntilAsync(() => owner.Get<SandboxClock>().Time == node.Get<SandboxClock>().Time);
        await Eventually.UntilAsync(() => owner.Get<JoinedNodes>().All.SequenceEqual([node.Address.GetLeftPart(UriPartial.Authority)]));
        Assert.Equal((422, "invalid_node"), await CodeAsync(owner.Http.PostAsync("/sandbox/nodes", new { url = "http://10.0.0.1" })));
    }

    [Fact]
    public async Task A_node_that_was_dropped_comes_back_with_the_right_time_and_one_that_ends_leaves()
    {
        await using var owner = await SandboxHost.StartAsync();
        var node = await JoinAsync(owner);
        owner.Get<JoinedNodes>().Remove(node.Address);
        await owner.SetClockAsync(Opening);

        await Eventually.UntilAsync(() => owner.Get<SandboxClock>().Time == node.Get<SandboxClock>().Time);
        Assert.Single(owner.Get<JoinedNodes>().All);
        await node.DisposeAsync();

        Assert.Empty(owner.Get<JoinedNodes>().All);
    }

    [Fact]
    public async Task Without_its_world_a_node_goes_on_and_says_what_is_missing()
    {
        var owner = await SandboxHost.StartAsync();
        await using var node = await JoinAsync(owner, own: true);
        var looked = TimeProvider.System.GetUtcNow();
        await owner.SetClockAsync(Opening);
        await owner.DisposeAsync();

        Assert.Equal("open", (await node.Http.GetJsonAsync("/api/board")).GetProperty("round").GetProperty("phase").GetString());
        Assert.InRange(await node.NowAsync() - DateTimeOffset.Parse(Opening, null), TimeSpan.Zero, TimeProvider.System.GetUtcNow() - looked);
        Assert.Equal((503, "world_lost"), await CodeAsync(node.Http.PostAsync("/sandbox/clock", new { advance = "PT1M" })));
    }

    [Fact]
    public async Task Nodes_that_start_together_on_an_empty_database_make_one_city()
    {
        await using var owner = await SandboxHost.StartAsync();
        var folder = Directory.CreateTempSubdirectory("wechatmask-");
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SandboxHost.StartAsync(data: folder.FullName, world: owner.Address)));

        var database = nodes[0].Get<WeChatMask.Data.Database>();
        // A clerk and a lead for each pharmacy, and one of each of the city's own roles.
        Assert.Equal((1, 5, 13, 2), (
            await database.ScalarAsync<int>("SELECT COUNT(*) FROM policy"),
            await database.ScalarAsync<int>("SELECT COUNT(*) FROM pharmacy"),
            await database.ScalarAsync<int>("SELECT COUNT(*) FROM staff"),
            await database.ScalarAsync<int>("SELECT COUNT(*) FROM round")));
        foreach (var node in nodes) await node.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_node_of_a_node_joins_the_owner_and_another_city_is_refused()
    {
        await using var owner = await SandboxHost.StartAsync("chuzhou");
        await using var node = await JoinAsync(owner);

        var found = await JoinedWorld.FindAsync(node.Address, TimeSpan.Zero);
        var options = SandboxOptions.Parse(["--world", node.Address.AbsoluteUri], "/srv/a").In(found, "/srv/a");
        Assert.Equal((owner.Address, "chuzhou", "/srv/a/.data/chuzhou"), (found.Owner, options.City, options.Data));
        Assert.Equal("/srv/a/d", SandboxOptions.Parse(["--world", node.Address.AbsoluteUri, "--data=d"], "/srv/a").In(found, "/srv/a").Data);

        var other = SandboxOptions.Parse(["--world", node.Address.AbsoluteUri, "--city=loudi"], "/srv/a");
        var wrong = Assert.Throws<SandboxUsageException>(() => other.In(found, "/srv/a"));
        Assert.Contains("is of the city chuzhou, not of loudi", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_world_is_refused_in_a_sentence()
    {
        var nobody = await Assert.ThrowsAsync<SandboxUsageException>(() => JoinedWorld.FindAsync(new Uri("http://127.0.0.1:1"), TimeSpan.Zero));
        Assert.Contains("does not answer", nobody.Message, StringComparison.Ordinal);

        var app = WebApplication.CreateSlimBuilder();
        app.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        await using var other = app.Build();
        other.Map("/{**path}", () => "hello");
        await other.StartAsync();
        var stranger = await Assert.ThrowsAsync<SandboxUsageException>(() => JoinedWorld.FindAsync(new Uri(other.Urls.First()), TimeSpan.Zero));
        Assert.Contains("is not a sandbox", stranger.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_followed_clock_takes_no_older_word_and_does_not_stand_still_alone()
    {
        var at = DateTimeOffset.Parse(Opening, null);
        var clock = new SandboxClock(new WorldTime("a", 5, 0));

        Assert.False(clock.Follow(new WorldTime("a", 4, 100, at)));
        Assert.False(clock.Follow(new WorldTime("a", 5, 0)));
        Assert.True(clock.Follow(new WorldTime("a", 6, 100, at)));
        Assert.Equal(at, clock.GetUtcNow());
        Assert.True(clock.RunOnAlone());
        Assert.Equal(new WorldTime("a", 6, 100), clock.Time);
        // The owner was only slow: it still says that the clock stands.
        Assert.True(clock.Follow(new WorldTime("a", 6, 100, at)));
        // It was started again and counts anew.
        Assert.True(clock.Follow(new WorldTime("b", 1, 200)));
        Assert.False(clock.RunOnAlone());
    }

    private static Task<SandboxHost> JoinAsync(
        SandboxHost owner, Action<WebApplicationBuilder>? configure = null, bool own = false) =>
        SandboxHost.StartAsync(city: "", data: own ? null : owner.Data, configure: configure, world: owner.Address);

    private static async Task OpenAsync(SandboxHost host)
    {
        var round = (await host.Http.GetJsonAsync("/api/board")).GetProperty("round");
        await host.SetClockAsync(round.GetProperty("opensAt").GetString()!);
    }

    /// <summary>Does something before each message is handed to the gateway.</summary>
    private static void Send(IServiceCollection services, Func<IServiceProvider, SmsMessage, Task> before)
    {
        services.AddHttpClient<GatewaySmsProvider>();
        services.Replace(ServiceDescriptor.Transient<ISmsProvider>(s => new Watched(s, before)));
    }

    private static async Task<(int Status, string? Code)> CodeAsync(Task<(int Status, JsonElement Body)> call)
    {
        var (status, body) = await call;
        return (status, body.Code());
    }

    private sealed class Watched(IServiceProvider services, Func<IServiceProvider, SmsMessage, Task> before) : ISmsProvider
    {
        public async Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken)
        {
            await before(services, message);
            return await services.GetRequiredService<GatewaySmsProvider>().SendAsync(message, cancellationToken);
        }
    }
}
