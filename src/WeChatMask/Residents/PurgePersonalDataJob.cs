using WeChatMask.Jobs;

namespace WeChatMask.Residents;

/// <summary>Destroys personal data when its keeping time is over; what is left are counts.</summary>
public sealed class PurgePersonalDataJob(PurgeStore store) : IJob
{
    /// <inheritdoc />
    public Task<int> RunAsync(CancellationToken cancellationToken) => store.PurgeAsync(cancellationToken);
}
