using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.OfficialAccount;

/// <summary>Calls of WeChat's API that are at rest on all nodes, since a quota is used up or the account may not make them.</summary>
public sealed class ApiQuotaStore(Database database, CityCalendar calendar)
{
    public Task<List<CallLimit>> PresentAsync(CancellationToken cancellationToken) => database.QueryAsync<CallLimit>(
        // Further ahead than any is set: from before the clock was put back.
        "SELECT api_call, error_code, rests_until FROM wechat_limit WHERE rests_until > @now AND rests_until < @far ORDER BY api_call",
        new { now = calendar.Now, far = calendar.Now + ApiPause.Longest + CityCalendar.MostBetweenNodes },
        cancellationToken);

    public Task PauseAsync(string call, int errorCode, DateTimeOffset until, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var limit = new { call, errorCode, since = calendar.Now, until };
            var rows = await transaction.ExecuteAsync(
                "UPDATE wechat_limit SET error_code = @errorCode, since = @since, rests_until = @until WHERE api_call = @call", limit);
            if (rows == 0)
            {
                await transaction.ExecuteAsync(
                    "INSERT INTO wechat_limit (api_call, error_code, since, rests_until) VALUES (@call, @errorCode, @since, @until)", limit);
            }
        },
        cancellationToken);

    public Task ClearAsync(CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync("DELETE FROM wechat_limit"), cancellationToken);
}

public sealed class CallLimit
{
    /// <summary>The API's path.</summary>
    public string ApiCall { get; init; } = "";

    /// <summary>WeChat's errcode.</summary>
    public int ErrorCode { get; init; }
    public DateTimeOffset RestsUntil { get; init; }
}
