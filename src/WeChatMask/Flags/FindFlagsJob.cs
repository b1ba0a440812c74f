using WeChatMask.Jobs;
using WeChatMask.Settings;

namespace WeChatMask.Flags;

/// <summary>Looks through today, and through days that ended or had something told since they were looked through.</summary>
public sealed class FindFlagsJob(OddQueries odd, FlagFindingStore store, CityCalendar calendar) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var found = 0;
        foreach (var day in await store.DueAsync(cancellationToken))
        {
            // What is written while this looks is of the next look.
            var at = calendar.Now;
            found += await store.KeepAsync(await odd.OfAsync(day, cancellationToken), cancellationToken);
            await store.LookedAsync(day, at, cancellationToken);
        }

        return found;
    }
}
