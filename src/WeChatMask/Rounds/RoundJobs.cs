using WeChatMask.Jobs;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>Makes today's and tomorrow's rounds, so that what is left of one always has a next one to go to, and plans announced ones anew whose rules have changed.</summary>
public sealed class PlanRoundsJob(RoundStore store, ReplanStore replan, CityCalendar calendar) : IJob
{
    private const int DaysAhead = 1;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var planned = 0;
        for (var day = 0; day <= DaysAhead; day++) planned += await store.PlanAsync(calendar.Today.AddDays(day), cancellationToken) ? 1 : 0;
        return planned + await replan.ReplanAsync(cancellationToken);
    }
}

/// <summary>Moves phases at their times and rolls untaken places on. Booking itself does not wait for it: the desk judges by the clock.</summary>
public sealed class OpenWindowsJob(RoundStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.AdvanceAsync(cancellationToken);
}

/// <summary>Closes rounds when their time is over, or at once when every place is taken.</summary>
public sealed class CloseWindowsJob(RoundStore store) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.CloseDueAsync(cancellationToken);
}
