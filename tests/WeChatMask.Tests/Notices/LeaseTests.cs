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
    private static readonly TimeSpan LongerThanALease = TimeSpan.FromSeconds(31);

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
        await slow.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
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
        var leased = await store.LeaseAsync(notices, CancellationToken.None);
        Assert.Equal(notices, leased.Count);

        host.Now += LongerThanALease;
        var next = await store.LeaseAsync(notices, CancellationToken.None);
        await store.SettleAsync([.. leased.Select(n => Result(n, NoticeStatus.Failed))], CancellationToken.None);
        Assert.Equal(notices, await CountAsync("status = 0"));

        await store.SettleAsync([.. next.Select(n => Result(n, NoticeStatus.Sent))], CancellationToken.None);
        Assert.Equal(notices, await CountAsync("status = 1"));
    }

    private static NoticeResult Result(LeasedNotice notice, NoticeStatus status) => new(notice.Id, notice.Lease, status, notice.LeasedUntil, 1, null, null, null);

    /// <summary>Closes an evening with bookings; every message about it is due and none is sent. Returns how many there are.</summary>
    private async Task<int> CloseAsync(DatabaseKind engine, int residents)
    {
        host.Engine = engine;
        await host.InitializeAsync();
        await host.BookManyAsync(residents);
        host.Now = new DateTimeOffset(2020, 2, 10, 22, 0, 0, TimeSpan.FromHours(8));
        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var job in Schedule.Jobs.Where(j => j.Type != typeof(SendNoticesJob))) await host.Get<DueWork>().RunAsync(job, CancellationToken.None);
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
