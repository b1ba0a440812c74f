using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Data;
using WeChatMask.Notices;
using WeChatMask.Sandbox;
using WeChatMask.Sms;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Notices;

/// <summary>A node that slept past its lease: what it holds is another's by now.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongerThanALease = Lease + TimeSpan.FromSeconds(1);

    // As many as a node sends at once; what waits behind them meets a lease that has run out.
    private const int Lanes = 8;

    private readonly CounterHost host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => host.DisposeAsync();

    [EngineTheory]
    public async Task It_sends_nothing_more_and_leaves_the_others_results_as_they_are(DatabaseKind engine)
    {
        var notices = await CloseAsync(engine, residents: 30);
        var slow = new Vendor(host, new SmsOutcome(SmsResult.Refused, Problem: "of the node that slept")) { Sleeps = true };
        var awake = new Vendor(host, new SmsOutcome(SmsResult.Accepted, "of the other"));

        var slept = SendAsync(slow);
        await slow.Entered.Task.WaitAsync(Eventually.GiveUp);
        var leased = host.Now;
        host.Now += LongerThanALease;
        await SendAsync(awake);
        Assert.Equal(notices, awake.Taken.Count);
        slow.GoOn.SetResult();
        await slept;

        Assert.Equal(Enumerable.Repeat(leased, Lanes), slow.Taken);
        Assert.Equal(notices, await CountAsync("status = 1 AND problem IS NULL AND provider_id = 'of the other' AND maybe_repeated = 1"));
    }

    [EngineTheory]
    public async Task Its_results_count_only_while_the_lease_is_its_own(DatabaseKind engine)
    {
        var notices = await CloseAsync(engine, residents: 1);
        var store = host.Get<OutboxStore>();
        var leased = await store.LeaseAsync(NoticeChannel.Sms, Lease, notices, CancellationToken.None);
        Assert.Equal(notices, leased.Count);

        host.Now += LongerThanALease;
        var next = await store.LeaseAsync(NoticeChannel.Sms, Lease, notices, CancellationToken.None);
        await store.RecordAsync([.. leased.Select(n => Result(n, NoticeStatus.Failed))], CancellationToken.None);
        Assert.Equal(notices, await CountAsync("status = 0"));

        await store.RecordAsync([.. next.Select(n => Result(n, NoticeStatus.Sent))], CancellationToken.None);
        Assert.Equal(notices, await CountAsync("status = 1"));
    }

    [EngineTheory]
    public async Task A_vendor_that_does_not_answer_holds_up_nothing_that_leaves_by_WeChat(DatabaseKind engine)
    {
        var notices = await CloseAsync(engine, residents: 10);
        const string due = "channel = 1 AND status = 0 AND due_at <= @now";
        Assert.NotEqual(0, await host.Get<Database>().ScalarAsync<long>($"SELECT COUNT(*) FROM outbox WHERE {due}", new { now = host.Now }));
        var silent = new Vendor(host, new SmsOutcome(SmsResult.Accepted, "in the end")) { Sleeps = true };

        var sending = SendAsync(silent);
        await silent.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await host.Get<DueWork>().RunAsync(Schedule.Jobs.First(j => j.Type == typeof(SendWeChatNoticesJob)), CancellationToken.None);

        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>($"SELECT COUNT(*) FROM outbox WHERE {due}", new { now = host.Now }));
        Assert.Equal(notices, await CountAsync("status = 0"));
        silent.GoOn.SetResult();
        await sending;
        Assert.Equal(notices, await CountAsync("status = 1"));
    }

    [EngineTheory]
    public async Task What_WeChat_has_under_way_holds_up_no_SMS(DatabaseKind engine)
    {
        var notices = await CloseAsync(engine, residents: 10);
        var held = await host.Get<OutboxStore>().LeaseAsync(NoticeChannel.WeChat, Lease, 1000, CancellationToken.None);
        Assert.NotEmpty(held);

        await SendAsync(new Vendor(host, new SmsOutcome(SmsResult.Accepted, "meanwhile")));

        Assert.Equal(notices, await CountAsync("status = 1"));
        Assert.Equal(held.Count, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM outbox WHERE channel = 1 AND status = 0 AND leased_by = @Lease", new { held[0].Lease }));
    }

    private static NoticeResult Result(LeasedNotice notice, NoticeStatus status) => new(notice.Id, notice.Lease, status, notice.LeasedUntil) { Segments = 1 };

    /// <summary>Closes an evening with bookings; every message about it is due and none is sent. Returns how many there are.</summary>
    private async Task<int> CloseAsync(DatabaseKind engine, int residents)
    {
        host.Engine = engine;
        await host.InitializeAsync();
        await host.BookManyAsync(residents);
        host.Now = new DateTimeOffset(2020, 2, 10, 22, 0, 0, TimeSpan.FromHours(8));
        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var job in Schedule.Jobs.Where(j => !j.Type.IsSubclassOf(typeof(OutboxJob)))) await host.Get<DueWork>().RunAsync(job, CancellationToken.None);
        }

        return (int)await CountAsync("status = 0 AND leased_by IS NULL");
    }

    private Task<long> CountAsync(string which) => host.Get<Database>().ScalarAsync<long>($"SELECT COUNT(*) FROM outbox WHERE channel = 0 AND {which}");

    private async Task SendAsync(Vendor vendor)
    {
        await using var scope = host.Get<IServiceScopeFactory>().CreateAsyncScope();
        await ActivatorUtilities.CreateInstance<SendNoticesJob>(scope.ServiceProvider, vendor).RunAsync(CancellationToken.None);
    }

    private sealed class Vendor(CounterHost host, SmsOutcome outcome) : ISmsProvider
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<DateTimeOffset> taken = new();

        /// <summary>Whether it does not answer until it is let go on.</summary>
        public bool Sleeps { get; init; }

        /// <summary>When it was asked to send, by the nodes' clock.</summary>
        public IReadOnlyCollection<DateTimeOffset> Taken => taken;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken)
        {
            taken.Enqueue(host.Now);
            if (taken.Count == Lanes) Entered.TrySetResult();
            if (Sleeps) await GoOn.Task;
            return outcome;
        }
    }
}
