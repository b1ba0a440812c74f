using WeChatMask.Jobs;
using WeChatMask.Settings;

namespace WeChatMask.PublicLog;

/// <summary>Marks the log ten minutes before a round's opening, or when it first looks after that.</summary>
public sealed class ReadyMarkJob(ReadyMarkStore store, CityCalendar calendar) : IJob
{
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.MarkAsync(calendar.Now, cancellationToken);
}
