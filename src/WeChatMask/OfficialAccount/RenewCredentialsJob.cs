using WeChatMask.Jobs;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>Renews the access token and the ticket some minutes before they end, so that nobody has to wait for them.</summary>
public sealed class RenewCredentialsJob(Credentials credentials, ILogger<RenewCredentialsJob> log) : IJob
{
    /// <inheritdoc />
    public async Task<int> RunAsync(CancellationToken cancellationToken) =>
        await RenewAsync(credentials.Token, cancellationToken) + await RenewAsync(credentials.Ticket, cancellationToken);

    private async Task<int> RenewAsync(SharedCredential kept, CancellationToken cancellationToken)
    {
        try
        {
            return await kept.RenewEarlyAsync(cancellationToken) ? 1 : 0;
        }
        catch (WeChatApiException failure)
        {
            // The row tells the supervisor; the pause after a failure keeps this line from filling the log.
            log.LogWarning("WeChat gives no token or ticket: {Problem}", failure.Message);
            return 0;
        }
    }
}
