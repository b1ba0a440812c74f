using WeChatMask.Data;

namespace WeChatMask.Sms;

public sealed class SmsAlarmStore(Database database)
{
    private const int LongestCode = 100;

    public Task<List<SmsAlarm>> AllAsync(CancellationToken cancellationToken) => database.QueryAsync<SmsAlarm>(
        "SELECT subject, problem, code, since, last_at FROM sms_alarm ORDER BY subject", cancellationToken: cancellationToken);

    /// <summary>Whether it is a new one.</summary>
    public Task<bool> AddAsync(string subject, SmsProblem problem, string code, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var args = new { subject, problem, code = code.Length > LongestCode ? code[..LongestCode] : code, now };
        return database.WriteAsync(
            async transaction =>
            {
                if (await transaction.ExecuteAsync(
                    "UPDATE sms_alarm SET code = @code, last_at = @now WHERE subject = @subject AND problem = @problem", args) > 0)
                {
                    return false;
                }

                await transaction.ExecuteAsync("DELETE FROM sms_alarm WHERE subject = @subject", args);
                await transaction.ExecuteAsync(
                    "INSERT INTO sms_alarm (subject, problem, code, since, last_at) VALUES (@subject, @problem, @code, @now, @now)", args);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Whether there was one.</summary>
    public async Task<bool> ClearAsync(string subject, CancellationToken cancellationToken)
    {
        // Nearly always there is none, and looking is cheaper than writing.
        if (await database.ScalarAsync<long>("SELECT COUNT(*) FROM sms_alarm WHERE subject = @subject", new { subject }, cancellationToken) == 0) return false;
        return await database.WriteAsync(
            transaction => transaction.ExecuteAsync("DELETE FROM sms_alarm WHERE subject = @subject", new { subject }), cancellationToken) > 0;
    }
}
