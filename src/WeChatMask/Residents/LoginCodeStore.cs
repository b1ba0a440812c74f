using System.Security.Cryptography;
using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>The codes sent by SMS, each the browser's that asked for it, and how many there were.</summary>
public sealed class LoginCodeStore(Database database, LoginStore logins, CityCalendar calendar)
{
    public const int MostTries = 5;

    /// <summary>Codes that a number gets in a day from browsers that never logged in by it.</summary>
    public const int MostForNumber = 7;

    /// <summary>Codes of a day that only a browser which has logged in by the number before may ask for, beside those.</summary>
    public const int MostForOwner = 3;

    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan BetweenCodes = TimeSpan.FromSeconds(60);

    // One stranger, however patient, leaves some of the number's day to its owner.
    private const int MostForBrowser = 4;
    private const int MostForNumberFromAddress = 5;

    // Thousands share an address behind a carrier; this still keeps one machine from sending at all numbers of a city.
    private const int MostFromAddress = 200;

    private const string City = "city";
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Takes a new code for a number and browser in place of that browser's earlier one, unless there were too many. Also says how many the city has sent in this hour.</summary>
    public Task<(LoginCodeFault Fault, int Spent)> TakeAsync(LoginCodeRequest request, int hourlyBudget, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var now = calendar.Now;
            var code = await CodeAsync(transaction, request.CodeKey);
            if (request.IsLimited && code is not null && (now - code.SentAt).Duration() < BetweenCodes) return (LoginCodeFault.TooSoon, 0);
            var counts = new List<Count>();
            foreach (var (key, span, most) in Limits(request)) counts.Add(await CountAsync(transaction, key, span, most, now));
            if (counts.Any(c => c.Used >= c.Most)) return (LoginCodeFault.TooMany, 0);
            // Last, because everybody who asks for a code meets here.
            var city = await CountAsync(transaction, City, Hour, hourlyBudget, now);
            if (city.Used >= hourlyBudget) return (LoginCodeFault.HourSpent, city.Used);
            if (IsHalfSpent(city.Used, hourlyBudget) && !await TakeProofAsync(transaction, request.Proof)) return (LoginCodeFault.NeedsProof, city.Used);
            foreach (var count in counts.Append(city)) await SaveAsync(transaction, count);
            await transaction.ExecuteAsync(
                code is null
                    ? "INSERT INTO login_browser_code (code_key, code_hash, sent_at, expires_at, tries) VALUES (@CodeKey, @CodeHash, @now, @expires, 0)"
                    : "UPDATE login_browser_code SET code_hash = @CodeHash, sent_at = @now, expires_at = @expires, tries = 0 WHERE code_key = @CodeKey",
                new { request.CodeKey, request.CodeHash, now, expires = now + CodeLife });
            return (LoginCodeFault.None, city.Used + 1);
        },
        cancellationToken);

    /// <summary>Lets a browser ask again at once, and gives the city its code back: it could not be sent.</summary>
    public Task ForgetAsync(string codeKey) => database.WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteAsync("UPDATE login_browser_code SET code_hash = '', sent_at = 0, expires_at = 0 WHERE code_key = @codeKey", new { codeKey });
            return await transaction.ExecuteAsync("UPDATE login_count SET counted = counted - 1 WHERE count_key = @City AND counted > 0", new { City });
        },
        CancellationToken.None);

    /// <summary>Spends a code and finds or makes the number's account. A wrong one counts; the fifth spends the code.</summary>
    public Task<(LoginCodeFault Fault, long Account)> SpendAsync(string codeKey, string mobileHash, string codeHash, NewSession session, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var row = await CodeAsync(transaction, codeKey);
            var now = calendar.Now;
            if (row is null || row.CodeHash.Length == 0 || now >= row.ExpiresAt || row.ExpiresAt > now + CodeLife + CityCalendar.MostBetweenNodes || row.Tries >= MostTries) return (LoginCodeFault.Gone, 0L);
            if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.CodeHash), Encoding.ASCII.GetBytes(codeHash)))
            {
                await transaction.ExecuteAsync("UPDATE login_browser_code SET tries = tries + 1 WHERE code_key = @codeKey", new { codeKey });
                return (row.Tries + 1 >= MostTries ? LoginCodeFault.Gone : LoginCodeFault.Wrong, 0L);
            }

            // The row stays for its day: it says when this browser may ask again.
            await transaction.ExecuteAsync("UPDATE login_browser_code SET code_hash = '' WHERE code_key = @codeKey", new { codeKey });
            var account = await logins.AccountAsync(transaction, LoginStore.PhoneOpenId(mobileHash), LoginWay.Mobile);
            await SessionStore.BeginAsync(transaction, session, account);
            return (LoginCodeFault.None, account);
        },
        cancellationToken);

    /// <summary>How many codes the city has sent in this hour.</summary>
    public async Task<int> SpentAsync(CancellationToken cancellationToken)
    {
        var row = await database.QueryOneAsync<CountRow>("SELECT counted_from, counted FROM login_count WHERE count_key = @City", new { City }, cancellationToken);
        return row is null || (calendar.Now - row.CountedFrom).Duration() >= Hour ? 0 : row.Counted;
    }

    public static bool IsHalfSpent(int spent, int hourlyBudget) => spent * 2L >= hourlyBudget;

    /// <summary>Removes what cannot be used any more; proofs are dated by the machine's time. Returns the rows removed.</summary>
    public Task<int> PurgeAsync(DateTimeOffset machineNow, CancellationToken cancellationToken)
    {
        var times = new { machineNow, yesterday = calendar.Now - Day };
        return database.WriteAsync(
            async transaction =>
                await transaction.ExecuteAsync("DELETE FROM login_browser_code WHERE expires_at < @yesterday", times)
                + await transaction.ExecuteAsync("DELETE FROM login_count WHERE counted_from < @yesterday", times)
                + await transaction.ExecuteAsync("DELETE FROM login_proof WHERE expires_at < @machineNow", times),
            cancellationToken);
    }

    // In the same order for everybody who asks: what belongs to fewer people first.
    private static IEnumerable<(string Key, TimeSpan Span, int Most)> Limits(LoginCodeRequest request)
    {
        if (!request.IsLimited) yield break;
        if (request.IsOwner)
        {
            yield return ($"o{request.MobileHash}", Day, MostForOwner + MostForNumber);
        }
        else
        {
            yield return ($"b{request.CodeKey}", Day, MostForBrowser);
            yield return ($"n{request.NumberAddressHash}", Day, MostForNumberFromAddress);
            yield return ($"m{request.MobileHash}", Day, MostForNumber);
        }

        yield return ($"a{request.AddressHash}", Hour, MostFromAddress);
    }

    private static Task<CodeRow?> CodeAsync(WriteTransaction transaction, string codeKey) => transaction.QueryOneAsync<CodeRow>(
        $"SELECT code_hash, sent_at, expires_at, tries FROM login_browser_code WHERE code_key = @codeKey{transaction.Engine.ForUpdate}", new { codeKey });

    private static async Task<Count> CountAsync(WriteTransaction transaction, string key, TimeSpan span, int most, DateTimeOffset now)
    {
        var row = await transaction.QueryOneAsync<CountRow>(
            $"SELECT counted_from, counted FROM login_count WHERE count_key = @key{transaction.Engine.ForUpdate}", new { key });
        var isOver = row is null || (now - row.CountedFrom).Duration() >= span;
        return new Count(key, row is not null, isOver ? now : row!.CountedFrom, isOver ? 0 : row!.Counted, most);
    }

    private static Task<int> SaveAsync(WriteTransaction transaction, Count count) => transaction.ExecuteAsync(
        count.IsKnown
            ? "UPDATE login_count SET counted_from = @From, counted = @counted WHERE count_key = @Key"
            : "INSERT INTO login_count (count_key, counted_from, counted) VALUES (@Key, @From, @counted)",
        new { count.Key, count.From, counted = count.Used + 1 });

    // Two that bring the same proof at once: the second one's insert clashes, it comes again, and then finds the first one's row.
    private static async Task<bool> TakeProofAsync(WriteTransaction transaction, LoginProof? proof)
    {
        if (proof is null || await transaction.ScalarAsync<long?>("SELECT expires_at FROM login_proof WHERE proof_hash = @Id", new { proof.Id }) is not null) return false;
        await transaction.ExecuteAsync("INSERT INTO login_proof (proof_hash, expires_at) VALUES (@Id, @ExpiresAt)", new { proof.Id, proof.ExpiresAt });
        return true;
    }

    private sealed record Count(string Key, bool IsKnown, DateTimeOffset From, int Used, int Most);

    private sealed class CodeRow
    {
        public string CodeHash { get; init; } = "";
        public DateTimeOffset SentAt { get; init; }
        public DateTimeOffset ExpiresAt { get; init; }
        public int Tries { get; init; }
    }

    private sealed class CountRow
    {
        public DateTimeOffset CountedFrom { get; init; }
        public int Counted { get; init; }
    }
}

/// <summary>Who asks for a code, each part as a keyed hash.</summary>
public sealed record LoginCodeRequest(string MobileHash, string CodeKey, string CodeHash, string AddressHash, string NumberAddressHash)
{
    /// <summary>Whether number, browser and address are counted; the city's hour always is.</summary>
    public bool IsLimited { get; init; } = true;

    /// <summary>Whether this browser has logged in by the number before.</summary>
    public bool IsOwner { get; init; }

    /// <summary>Work that the browser has done, or null.</summary>
    public LoginProof? Proof { get; init; }

    /// <summary>Without the hashes.</summary>
    public override string ToString() => nameof(LoginCodeRequest);
}
