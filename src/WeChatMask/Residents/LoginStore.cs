using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>What log-ins leave behind: states that are spent, and accounts. It is in the database, so that it holds on every node.</summary>
public sealed class LoginStore(Database database, CityCalendar calendar)
{
    private const string Open = "INSERT INTO account (id, open_id, created_at, kind) VALUES (@id, @openId, @now, @kind)";
    private const string Spend = "INSERT INTO login_state (state_hash, expires_at, subject_id) VALUES (@stateHash, @until, @subject)";

    /// <summary>
    /// Spends a state and finds or makes the account of an openid, both or neither. No account when the state was spent before, on
    /// whichever node. It is remembered by the machine's time, after which the state is refused anyway. The session, where somebody
    /// is to be logged in, begins in the same write.
    /// </summary>
    public Task<long?> FinishAsync(string stateHash, DateTimeOffset until, string openId, NewSession? session, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var known = await transaction.QueryOneAsync<Known>(
                "SELECT (SELECT subject_id FROM login_state WHERE state_hash = @stateHash) AS spent_by, (SELECT id FROM account WHERE open_id = @openId) AS account",
                new { stateHash, openId });
            if (known!.SpentBy is not null) return (long?)null;
            var account = known.Account ?? Ids.Next();
            await transaction.ExecuteAsync(
                known.Account is null ? $"{Open}; {Spend}" : Spend,
                new { id = account, openId, now = calendar.Now, kind = LoginWay.WeChat, stateHash, until, subject = account });
            if (session is not null) await SessionStore.BeginAsync(transaction, session, account);
            return account;
        },
        cancellationToken);

    /// <summary>Who logged in by a state, 0 when nobody could, or null while it is not spent.</summary>
    public Task<long?> SpentByAsync(string stateHash, CancellationToken cancellationToken) =>
        database.QueryOneAsync<long?>("SELECT subject_id FROM login_state WHERE state_hash = @stateHash", new { stateHash }, cancellationToken);

    internal static async Task<bool> IsSpentAsync(WriteTransaction transaction, string stateHash) =>
        await transaction.ScalarAsync<long?>("SELECT expires_at FROM login_state WHERE state_hash = @stateHash", new { stateHash }) is not null;

    /// <summary>Of two at once, the second one's insert clashes, its write comes again, and then finds the first one's row.</summary>
    internal static Task<int> SpendAsync(WriteTransaction transaction, string stateHash, DateTimeOffset until, long subject) =>
        transaction.ExecuteAsync(Spend, new { stateHash, until, subject });

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
        await transaction.ExecuteAsync(Open, new { id, openId, now = calendar.Now, kind });
        return id;
    }

    private sealed class Known
    {
        public long? SpentBy { get; init; }
        public long? Account { get; init; }
    }
}
