using System.Security.Cryptography;
using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>What log-ins leave behind: states that are spent, and the codes sent by SMS. It is in the database, so that it holds on every node.</summary>
public sealed class LoginStore(Database database, CityCalendar calendar)
{
    public const int MostTries = 5;

    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan BetweenCodes = TimeSpan.FromSeconds(60);

    private const int MostADay = 10;

    // Thousands share an address behind a carrier; this still keeps one machine from sending at all numbers of a city.
    private const int MostAnHour = 200;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>
    /// Spends a state and finds or makes the account of an openid, both or neither. No account when the state was spent before, on
    /// whichever node. It expires by the machine's time, after which the state is refused anyway.
    /// </summary>
    public Task<long?> FinishAsync(string stateHash, DateTimeOffset stateExpiresAt, string openId, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            // Two at once: the second one's insert clashes, it comes again, and then finds the first one's row.
            if (await transaction.ScalarAsync<long?>("SELECT expires_at FROM login_state WHERE state_hash = @stateHash", new { stateHash }) is not null) return (long?)null;
            await transaction.ExecuteAsync(
                "INSERT INTO login_state (state_hash, expires_at) VALUES (@stateHash, @stateExpiresAt)", new { stateHash, stateExpiresAt });
            return await AccountAsync(transaction, openId, LoginWay.WeChat);
        },
        cancellationToken);

    /// <summary>Takes a new code for a number in place of any earlier one, unless there were too many.</summary>
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
            return (LoginCodeFault.None, await AccountAsync(transaction, PhoneOpenId(mobileHash), LoginWay.Mobile));
        },
        cancellationToken);

    /// <summary>Removes what cannot be used any more; states are dated by the machine's time. Returns the rows removed.</summary>
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

    private async Task<long> AccountAsync(WriteTransaction transaction, string openId, LoginWay kind)
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
    None,
    InvalidMobile,

    /// <summary>The last code was sent less than a minute ago.</summary>
    TooSoon,

    /// <summary>Too many codes for this number or from this address.</summary>
    TooMany,
    Unavailable,
    Wrong,

    /// <summary>Too late, used, or tried too often: a new one is needed.</summary>
    Gone,
}
