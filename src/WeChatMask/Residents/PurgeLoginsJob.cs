using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Sms;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>Removes spent states, codes and sessions of log-ins when their time is over, and the alarm of an hour that is over.</summary>
public sealed class PurgeLoginsJob(LoginStore states, LoginCodeStore store, LoginCodes codes, SmsAlarmStore alarms, SessionStore sessions, LoginLimitStore limits, MachineClock machine) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!await codes.NeedsProofAsync(cancellationToken)) await alarms.ClearAsync(LoginCodes.Alarm, cancellationToken);
        var now = machine.Time.GetUtcNow();
        return await limits.PurgeAsync(cancellationToken) + await states.PurgeAsync(now, cancellationToken) + await store.PurgeAsync(now, cancellationToken) + await sessions.PurgeAsync(cancellationToken);
    }
}
