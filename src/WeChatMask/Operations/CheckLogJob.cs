using WeChatMask.Jobs;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>Holds the log against the tables: everything at night, and a round's bookings when it has closed, while its lists are made. Nothing waits for it.</summary>
public sealed class CheckLogJob(LogVerifier check, LogCheckStore store, CityCalendar calendar) : IJob
{
    // When nobody books, collects or publishes.
    private static readonly TimeSpan Quiet = new(3, 30, 0);

    // Longer than the largest city takes; a node that died, or a check that failed, has its turn no longer.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var last = await store.LastAsync(cancellationToken);
        var isNight = last is null || NightOf(last.CheckedAt) < NightOf(now);
        var rounds = await store.UncheckedAsync(cancellationToken);
        if ((!isNight && rounds.Count == 0) || !await store.TakeAsync(now, now + Longest, cancellationToken)) return 0;
        foreach (var round in rounds)
            await store.SaveAsync(round, await check.RunAsync(new LogCheckScope(round, last is { Findings: 0 } ? last.Size : 0), cancellationToken), calendar.Now, cancellationToken);
        if (isNight) await store.SaveAsync(await check.RunAsync(new LogCheckScope(), cancellationToken), calendar.Now, cancellationToken);
        // Not where it failed, which it would again and again.
        await store.GiveBackAsync(cancellationToken);
        return rounds.Count + (isNight ? 1 : 0);
    }

    /// <summary>The day that began with the night in which, or after which, an instant lies.</summary>
    private DateOnly NightOf(DateTimeOffset instant) => calendar.DateOf(instant - Quiet);
}
