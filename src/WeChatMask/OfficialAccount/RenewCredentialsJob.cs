using WeChatMask.Jobs;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>Renews the access token and the ticket some minutes before they end, so that nobody has to wait for them.</summary>
public sealed partial class RenewCredentialsJob(Credentials credentials, ILogger<RenewCredentialsJob> log) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken) =>
        await RenewAsync(credentials.Token, cancellationToken) + await RenewAsync(credentials.Ticket, cancellationToken);

    private async Task<int> RenewAsync(SharedCredential credential, CancellationToken cancellationToken)
    {
        try
        {
            return await credential.RenewEarlyAsync(cancellationToken) ? 1 : 0;
        }
        catch (WeChatApiException failure)
        {
            // The row tells the supervisor; the pause after a failure keeps this line from filling the log.
            LogRefusal(failure.Message);
            return 0;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "WeChat gives no token or ticket: {Problem}")]
    private partial void LogRefusal(string problem);
}
