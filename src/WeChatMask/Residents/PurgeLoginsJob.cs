using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Sms;

namespace WeChatMask.Residents;

/// <summary>Removes spent states and codes of log-ins when their time is over, and the alarm of an hour that is over.</summary>
public sealed class PurgeLoginsJob(LoginStore states, LoginCodeStore store, LoginCodes codes, SmsAlarmStore alarms, MachineClock machine) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!await codes.NeedsProofAsync(cancellationToken)) await alarms.ClearAsync(LoginCodes.Alarm, cancellationToken);
        var now = machine.Time.GetUtcNow();
        return await states.PurgeAsync(now, cancellationToken) + await store.PurgeAsync(now, cancellationToken);
    }
}
