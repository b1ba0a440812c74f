using WeChatMask.Cases;
using WeChatMask.Jobs;
using WeChatMask.Notices;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Destroys personal data when its keeping time is over; what is left are counts.</summary>
public sealed class PurgePersonalDataJob(PurgeStore store, ReceiptStore sms, CaseForgettingStore cases, RetentionQueries retention, CityCalendar calendar) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Before the accounts, on which they hang.
        var complaints = await retention.GetAsync(cancellationToken) is { } times
            ? await cases.ForgetAsync(calendar.Instant(times.PersonalBefore(calendar.Today), TimeOnly.MinValue), cancellationToken)
            : 0;
        return complaints + await store.PurgeAsync(cancellationToken) + await sms.ForgetAsync(cancellationToken);
    }
}
