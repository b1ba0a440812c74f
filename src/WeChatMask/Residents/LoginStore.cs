using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>What log-ins leave behind: states that are spent, and accounts. It is in the database, so that it holds on every node.</summary>
public sealed class LoginStore(Database database, CityCalendar calendar)
{
    /// <summary>
    /// Spends a state and finds or makes the account of an openid, both or neither. No account when the state was spent before, on
    /// whichever node. It is remembered by the machine's time, after which the state is refused anyway. The session, where somebody
    /// is to be logged in, begins in the same write.
    /// </summary>
    public Task<long?> FinishAsync(string stateHash, DateTimeOffset until, string openId, NewSession? session, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (await IsSpentAsync(transaction, stateHash)) return (long?)null;
            var account = await AccountAsync(transaction, openId, LoginWay.WeChat);
            if (session is not null) await SessionStore.BeginAsync(transaction, session, account);
            await SpendAsync(transaction, stateHash, until, account);
            return account;
        },
        cancellationToken);

    /// <summary>Who logged in by a state, 0 when nobody could, or null while it is not spent.</summary>
    public Task<long?> SpentByAsync(string stateHash, CancellationToken cancellationToken) =>
        database.QueryOneAsync<long?>("SELECT subject_id FROM login_state WHERE state_hash = @stateHash", new { stateHash }, cancellationToken);

    internal static async Task<bool> IsSpentAsync(WriteTransaction transaction, string stateHash) =>
        await transaction.ScalarAsync<long?>("SELECT expires_at FROM login_state WHERE state_hash = @stateHash", new { stateHash }) is not null;

    /// <summary>Of two at once, the second one's insert clashes, its write comes again, and then finds the first one's row.</summary>
    internal static Task<int> SpendAsync(WriteTransaction transaction, string stateHash, DateTimeOffset until, long subject) => transaction.ExecuteAsync(
        "INSERT INTO login_state (state_hash, expires_at, subject_id) VALUES (@stateHash, @until, @subject)", new { stateHash, until, subject });

    /// <summary>Removes states that nobody can come back with; they are dated by the machine's time. Returns the rows removed.</summary>
    public Task<int> PurgeAsync(DateTimeOffset machineNow, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync("DELETE FROM login_state WHERE expires_at < @machineNow", new { machineNow }), cancellationToken);

    /// <summary>What stands in the place of an openid for an account that logs in by a number: the number itself is not kept.</summary>
    internal static string PhoneOpenId(string mobileHash) => $"phone:{mobileHash}";

    /// <summary>Finds or makes the account of an openid.</summary>
    internal async Task<long> AccountAsync(WriteTransaction transaction, string openId, LoginWay kind)
    {
        if (await transaction.ScalarAsync<long?>("SELECT id FROM account WHERE open_id = @openId", new { openId }) is { } known) return known;
        var id = Ids.Next();
        await transaction.ExecuteAsync(
            "INSERT INTO account (id, open_id, created_at, kind) VALUES (@id, @openId, @now, @kind)", new { id, openId, now = calendar.Now, kind });
        return id;
    }
}
