using System.Security.Cryptography;
using System.Text;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>What log-ins leave behind: states that are spent, and the codes sent by SMS. It is in the database, so that it holds on every node.</summary>
public sealed class LoginStore(Database database, CityCalendar calendar)
{
    /// <summary>An account that logs in by WeChat.</summary>
    public const int WeChatKind = 0;

    /// <summary>An account that logs in by a mobile number.</summary>
    public const int PhoneKind = 1;

    /// <summary>Wrong codes that spend a code.</summary>
    public const int MostTries = 5;

    /// <summary>How long a code is good.</summary>
    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);

    /// <summary>Between two codes for one number.</summary>
    public static readonly TimeSpan BetweenCodes = TimeSpan.FromSeconds(60);

    private const int MostADay = 10;

    // Thousands share an address behind a carrier; this still keeps one machine from sending at all numbers of a city.
    private const int MostAnHour = 200;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Spends a state and finds or makes the account of an openid, both or neither. No account when the state was spent before, on whichever node.</summary>
    /// <param name="stateHash">The state's hash.</param>
    /// <param name="stateExpiresAt">Machine time after which the state is refused anyway.</param>
    /// <param name="openId">Who logged in.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<long?> FinishAsync(string stateHash, DateTimeOffset stateExpiresAt, string openId, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            // Two at once: the second one's insert clashes, it comes again, and then finds the first one's row.
            if (await transaction.ScalarAsync<long?>("SELECT expires_at FROM login_state WHERE state_hash = @stateHash", new { stateHash }) is not null) return (long?)null;
            await transaction.ExecuteAsync(
                "INSERT INTO login_state (state_hash, expires_at) VALUES (@stateHash, @stateExpiresAt)", new { stateHash, stateExpiresAt });
            return await AccountAsync(transaction, openId, WeChatKind);
        },
        cancellationToken);

    /// <summary>Takes a new code for a number in place of any earlier one, unless there were too many.</summary>
    /// <param name="mobileHash">The number's keyed hash.</param>
    /// <param name="codeHash">The code's keyed hash.</param>
    /// <param name="addressHash">The asking address's keyed hash.</param>
    /// <param name="limited">Whether limits hold.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Why not, or none.</returns>
    public Task<LoginCodeFault> TakeCodeAsync(string mobileHash, string codeHash, string addressHash, bool limited, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction =>
            {
                var now = calendar.Now;
                if (limited && !await CountAddressAsync(transaction, addressHash, now)) return LoginCodeFault.TooMany;
                var row = await transaction.QueryOneAsync<CodeRow>(
                    $"SELECT code_hash, sent_at, expires_at, tries, day_from, day_count FROM login_code WHERE mobile_hash = @mobileHash{transaction.Engine.ForUpdate}",
                    new { mobileHash });
                var isNewDay = row is null || (now - row.DayFrom).Duration() >= Day;
                if (limited && row is not null && (now - row.SentAt).Duration() < BetweenCodes) return LoginCodeFault.TooSoon;
                if (limited && !isNewDay && row!.DayCount >= MostADay) return LoginCodeFault.TooMany;
                var next = new
                {
                    mobileHash, codeHash, now, expires = now + CodeLife, dayFrom = isNewDay ? now : row!.DayFrom, dayCount = isNewDay ? 1 : row!.DayCount + 1,
                };
                await transaction.ExecuteAsync(
                    row is null
                        ? """
                          INSERT INTO login_code (mobile_hash, code_hash, sent_at, expires_at, tries, day_from, day_count)
                          VALUES (@mobileHash, @codeHash, @now, @expires, 0, @dayFrom, @dayCount)
                          """
                        : """
                          UPDATE login_code SET code_hash = @codeHash, sent_at = @now, expires_at = @expires, tries = 0, day_from = @dayFrom, day_count = @dayCount
                           WHERE mobile_hash = @mobileHash
                          """,
                    next);
                return LoginCodeFault.None;
            },
            cancellationToken);

    /// <summary>Lets a number ask again at once: its code could not be sent.</summary>
    public Task ForgetCodeAsync(string mobileHash) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            "UPDATE login_code SET code_hash = '', sent_at = 0, expires_at = 0 WHERE mobile_hash = @mobileHash", new { mobileHash }),
        CancellationToken.None);

    /// <summary>Spends a code and finds or makes the number's account. A wrong one counts; the fifth spends the code.</summary>
    public Task<(LoginCodeFault Fault, long Account)> SpendCodeAsync(string mobileHash, string codeHash, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var row = await transaction.QueryOneAsync<CodeRow>(
                $"SELECT code_hash, sent_at, expires_at, tries, day_from, day_count FROM login_code WHERE mobile_hash = @mobileHash{transaction.Engine.ForUpdate}",
                new { mobileHash });
            var now = calendar.Now;
            if (row is null || row.CodeHash.Length == 0 || now >= row.ExpiresAt || row.ExpiresAt > now + CodeLife || row.Tries >= MostTries) return (LoginCodeFault.Gone, 0L);
            if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.CodeHash), Encoding.ASCII.GetBytes(codeHash)))
            {
                await transaction.ExecuteAsync("UPDATE login_code SET tries = tries + 1 WHERE mobile_hash = @mobileHash", new { mobileHash });
                return (row.Tries + 1 >= MostTries ? LoginCodeFault.Gone : LoginCodeFault.Wrong, 0L);
            }

            await transaction.ExecuteAsync("UPDATE login_code SET code_hash = '', expires_at = 0 WHERE mobile_hash = @mobileHash", new { mobileHash });
            return (LoginCodeFault.None, await AccountAsync(transaction, PhoneOpenId(mobileHash), PhoneKind));
        },
        cancellationToken);

    /// <summary>Removes what cannot be used any more. Returns the rows removed.</summary>
    /// <param name="machineNow">The machine's time, which states are dated by.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<int> PurgeAsync(DateTimeOffset machineNow, CancellationToken cancellationToken)
    {
        var times = new { machineNow, yesterday = calendar.Now - Day, lastHour = calendar.Now - Hour };
        return await database.WriteAsync(
            async transaction =>
                await transaction.ExecuteAsync("DELETE FROM login_state WHERE expires_at < @machineNow", times)
                + await transaction.ExecuteAsync("DELETE FROM login_code WHERE day_from < @yesterday AND expires_at < @yesterday", times)
                + await transaction.ExecuteAsync("DELETE FROM login_address WHERE hour_from < @lastHour", times),
            cancellationToken);
    }

    /// <summary>What stands in the place of an openid for an account that logs in by a number: the number itself is not kept.</summary>
    internal static string PhoneOpenId(string mobileHash) => $"phone:{mobileHash}";

    private async Task<long> AccountAsync(WriteTransaction transaction, string openId, int kind)
    {
        if (await transaction.ScalarAsync<long?>("SELECT id FROM account WHERE open_id = @openId", new { openId }) is { } known) return known;
        var id = Ids.Next();
        await transaction.ExecuteAsync(
            "INSERT INTO account (id, open_id, created_at, kind) VALUES (@id, @openId, @now, @kind)", new { id, openId, now = calendar.Now, kind });
        return id;
    }

    private static async Task<bool> CountAddressAsync(WriteTransaction transaction, string addressHash, DateTimeOffset now)
    {
        var known = await transaction.QueryOneAsync<AddressRow>(
            $"SELECT hour_from, hour_count FROM login_address WHERE address_hash = @addressHash{transaction.Engine.ForUpdate}", new { addressHash });
        if (known is null)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO login_address (address_hash, hour_from, hour_count) VALUES (@addressHash, @now, 1)", new { addressHash, now });
            return true;
        }

        var isNewHour = (now - known.HourFrom).Duration() >= Hour;
        if (!isNewHour && known.HourCount >= MostAnHour) return false;
        await transaction.ExecuteAsync(
            "UPDATE login_address SET hour_from = @from, hour_count = @count WHERE address_hash = @addressHash",
            new { addressHash, from = isNewHour ? now : known.HourFrom, count = isNewHour ? 1 : known.HourCount + 1 });
        return true;
    }

    private sealed class CodeRow
    {
        public string CodeHash { get; init; } = "";

        public DateTimeOffset SentAt { get; init; }

        public DateTimeOffset ExpiresAt { get; init; }

        public int Tries { get; init; }

        public DateTimeOffset DayFrom { get; init; }

        public int DayCount { get; init; }
    }

    private sealed class AddressRow
    {
        public DateTimeOffset HourFrom { get; init; }

        public int HourCount { get; init; }
    }
}

/// <summary>Why a log-in code was not sent or not taken. Each name has its sentence in <c>Text/Login.resx</c>.</summary>
public enum LoginCodeFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Not a mobile number.</summary>
    InvalidMobile,

    /// <summary>The last code was sent less than a minute ago.</summary>
    TooSoon,

    /// <summary>Too many codes for this number or from this address.</summary>
    TooMany,

    /// <summary>No vendor takes the message now.</summary>
    Unavailable,

    /// <summary>Another code than the one that was sent.</summary>
    Wrong,

    /// <summary>Too late, used, or tried too often: a new one is needed.</summary>
    Gone,
}
