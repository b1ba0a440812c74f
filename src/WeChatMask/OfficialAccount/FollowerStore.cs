using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.OfficialAccount;

/// <summary>Which accounts WeChat reaches: whoever left the chat gets no more messages until they follow again. Their bookings stay.</summary>
public sealed class FollowerStore(Database database, CityCalendar calendar)
{
    public Task LoseAsync(string openId, CancellationToken cancellationToken) => SetAsync(
        openId, reached: true, "UPDATE account SET unreachable_since = @now WHERE open_id = @openId AND unreachable_since IS NULL", cancellationToken);

    public Task RegainAsync(string openId, CancellationToken cancellationToken) => SetAsync(
        openId, reached: false, "UPDATE account SET unreachable_since = NULL WHERE open_id = @openId", cancellationToken);

    // Looked at first: most who come or go have no account, or nothing to change, and reading keeps no writer waiting.
    private async Task SetAsync(string openId, bool reached, string sql, CancellationToken cancellationToken)
    {
        var state = await database.QueryOneAsync<State>(
            "SELECT unreachable_since FROM account WHERE open_id = @openId", new { openId }, cancellationToken);
        if (state is null || state.UnreachableSince is null != reached) return;
        await database.WriteAsync(transaction => transaction.ExecuteAsync(sql, new { openId, now = calendar.Now }), cancellationToken);
    }

    private sealed class State
    {
        public DateTimeOffset? UnreachableSince { get; init; }
    }
}
