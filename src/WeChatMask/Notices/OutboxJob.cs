using System.Collections.Concurrent;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Jobs;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Notices;

/// <summary>Drains one channel of the outbox: takes what is due under a lease, sends it, and writes down what became of it.</summary>
/// <remarks>Each channel is a job of its own with leases of its own, so that one whose vendor is slow holds up only its own.</remarks>
public abstract class OutboxJob(OutboxStore outbox, PolicyQueries policies, LogReader log, Database database, CityCalendar calendar, OutboxAgeQueries ages) : IJob
{
    // What a crash may repeat is what is leased at once; smaller leases cost more commits.
    private const int AtOnce = 40;
    private const int MostPerRun = 20_000;
    private const int Lanes = 8;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    protected abstract NoticeChannel Channel { get; }

    /// <summary>In this time all that is leased at once must be out.</summary>
    protected abstract TimeSpan LeaseTime { get; }

    protected OutboxStore Outbox => outbox;

    protected CityCalendar Calendar => calendar;

    protected PolicyQueries Policies => policies;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await ages.LookAsync(cancellationToken);
        var done = await outbox.DropExpiredAsync(Channel, cancellationToken) + await CatchUpAsync(cancellationToken);
        while (done < MostPerRun && await outbox.LeaseAsync(Channel, LeaseTime, AtOnce, cancellationToken) is { Count: > 0 } leased)
        {
            await FindRecordsAsync(leased, cancellationToken);
            var results = await SendAsync(leased, await RulesAsync(leased, cancellationToken), cancellationToken);
            // The results are facts by now: they are written even while the process is stopping.
            await outbox.RecordAsync(results, CancellationToken.None);
            await ages.LookAsync(cancellationToken);
            var ended = results.Count(r => r.Status != NoticeStatus.Waiting);
            if (ended == 0) break;
            done += ended;
        }

        return done;
    }

    /// <summary>What the channel does before it sends. Returns how many things it did.</summary>
    protected virtual Task<int> CatchUpAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>Sends what was leased. A notice without a result stays leased, and another sender takes it when the lease has run out.</summary>
    protected abstract Task<IReadOnlyCollection<NoticeResult>> SendAsync(
        IReadOnlyList<LeasedNotice> leased, IReadOnlyDictionary<long, Policy> rules, CancellationToken cancellationToken);

    /// <summary>Sends each lane's notices in their order and several lanes at once.</summary>
    protected async Task<IReadOnlyCollection<NoticeResult>> InLanesAsync<TLane>(
        IEnumerable<IGrouping<TLane, LeasedNotice>> lanes, Func<LeasedNotice, CancellationToken, Task<NoticeResult>> send, CancellationToken cancellationToken)
    {
        var results = new ConcurrentBag<NoticeResult>();
        await Parallel.ForEachAsync(
            lanes,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            async (lane, token) =>
            {
                foreach (var notice in lane)
                {
                    // A node that slept through its lease: the message is another's to send.
                    if (calendar.Now < notice.LeasedUntil) results.Add(await send(notice, token));
                }
            });
        return [.. results.OrderBy(r => r.Id)];
    }

    protected NoticeResult Ended(LeasedNotice notice, NoticeStatus status, string? problem = null) =>
        new(notice.Id, notice.Lease, status, calendar.Now, problem, calendar.Now);

    protected static NoticeResult Later(LeasedNotice notice, DateTimeOffset dueAt, string? problem) =>
        new(notice.Id, notice.Lease, NoticeStatus.Waiting, dueAt, problem);

    /// <summary>2 s, 4 s, 8 s … up to ten minutes, each with up to a quarter of jitter.</summary>
    protected static TimeSpan Pause(int attempts)
    {
        var seconds = Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(attempts, 12)));
        return TimeSpan.FromSeconds(seconds * (1 + (Random.Shared.NextDouble() / 4)));
    }

    private async Task FindRecordsAsync(List<LeasedNotice> leased, CancellationToken cancellationToken)
    {
        foreach (var round in leased.Where(n => n.Kind is NoticeKind.SlotAssigned or NoticeKind.Reminder).GroupBy(n => n.RoundDate))
        {
            var code = (await log.MarksAsync(round.Key, cancellationToken)).Code();
            foreach (var notice in round) notice.Record = code;
        }
    }

    private Task<Dictionary<long, Policy>> RulesAsync(List<LeasedNotice> leased, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var byId = new Dictionary<long, Policy>();
            foreach (var id in leased.Select(n => n.PolicyId).Distinct()) byId[id] = await policies.GetAsync(connection, null, id);
            return byId;
        },
        cancellationToken);
}
