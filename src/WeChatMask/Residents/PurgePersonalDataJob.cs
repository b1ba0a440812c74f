using WeChatMask.Jobs;
using WeChatMask.Notices;

namespace WeChatMask.Residents;

/// <summary>Destroys personal data when its keeping time is over; what is left are counts.</summary>
public sealed class PurgePersonalDataJob(PurgeStore store, ReceiptStore sms) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken) =>
        await store.PurgeAsync(cancellationToken) + await sms.ForgetAsync(cancellationToken);
}
