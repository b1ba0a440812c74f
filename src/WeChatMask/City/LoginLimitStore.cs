using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.City;

/// <summary>
/// Counts wrong proofs of who somebody is. Five lock the name for that browser, or for strangers at that address; many in an
/// hour lock it for all strangers. A browser that has logged in as that member of staff is held to its own wrong ones alone.
/// </summary>
/// <remarks>
/// Look first, which costs nothing, then judge the proof, then <c>FailAsync</c>, or <see cref="SucceedAsync"/> within
/// the transaction that lets somebody in. Of parallel guesses only as many can win as one after another. The staff row,
/// where it is held, comes before the counts (docs/locking.md).
/// </remarks>
public sealed class LoginLimitStore(Database database, CityCalendar calendar, PersonalData personal)
{
    /// <summary>Wrong ones in a row from one browser or one address after which the name is locked there.</summary>
    public const int MostFailures = 5;

    /// <summary>Wrong ones of a name in an hour from all strangers, after which it is locked for all of them.</summary>
    public const int MostFromStrangers = 30;

    /// <summary>How long a browser or an address stays locked.</summary>
    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(10);

    /// <summary>The span in which strangers are counted, and for which they stay locked.</summary>
    public static readonly TimeSpan StrangersTime = TimeSpan.FromHours(1);

    // A row that is not a row any more: one wrong today and four tomorrow lock nobody.
    private static readonly TimeSpan Row = TimeSpan.FromHours(12);

    // Browsers that one member of staff is known in; the one used longest ago is forgotten first.
    private const int MostBrowsers = 20;

    private const string Known = "SELECT COUNT(*) FROM staff_browser WHERE staff_id = @StaffId AND browser_hash = @Hash AND seen_at > @Since";

    /// <summary>Where the caller stands, by what is committed now.</summary>
    public async Task<LoginStanding> LookAsync(LoginTry attempt, CancellationToken cancellationToken)
    {
        var limits = Limits(attempt, await database.ScalarAsync<long>(Known, KnownArgs(attempt), cancellationToken) > 0);
        var keys = limits.Select(l => l.Key).ToList();
        var rows = await database.QueryAsync<CountRow>(
            $"SELECT try_key, counted_from, counted, locked_until FROM staff_try WHERE try_key {database.Engine.AnyOf("keys")}", new { keys }, cancellationToken);
        return Standing([.. limits.Select(l => Read(l, rows.Find(r => r.TryKey == l.Key), calendar.Now))], calendar.Now);
    }

    /// <summary>Counts a wrong one, unless the caller is locked already: guessing on does not lengthen a lock.</summary>
    public Task<LoginStanding> FailAsync(LoginTry attempt, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => FailAsync(transaction, attempt), cancellationToken);

    /// <summary>The same within a transaction.</summary>
    public async Task<LoginStanding> FailAsync(WriteTransaction transaction, LoginTry attempt)
    {
        var now = calendar.Now;
        var counts = await HoldAsync(transaction, attempt, now);
        var standing = Standing(counts, now);
        if (standing.LockedUntil is not null) return standing;
        List<Count> next = [.. counts.Select(c => c.Next(now))];
        foreach (var count in next) await SaveAsync(transaction, attempt.StaffId, count);
        return Standing(next, now);
    }

    /// <summary>Forgets the wrong ones of this browser and address; false when others have locked them meanwhile, and then nobody may be let in.</summary>
    public async Task<bool> SucceedAsync(WriteTransaction transaction, LoginTry attempt)
    {
        var now = calendar.Now;
        var counts = await HoldAsync(transaction, attempt, now);
        if (Standing(counts, now).LockedUntil is not null) return false;
        // What strangers tried elsewhere stays counted.
        foreach (var count in counts.Where(c => c.IsStored && !c.Limit.IsOfAllStrangers)) await transaction.ExecuteAsync("DELETE FROM staff_try WHERE try_key = @Key", new { count.Limit.Key });
        return true;
    }

    /// <summary>From now on strangers cannot lock this browser out of the account. Call it when somebody is logged in for good.</summary>
    public Task RememberAsync(long staffId, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = LoginCaller.Of(context);
        caller.Keep(context);
        return RememberAsync(staffId, caller, cancellationToken);
    }

    /// <summary>The same of a browser that keeps its cookie already.</summary>
    public Task RememberAsync(long staffId, LoginCaller caller, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var args = new { staffId, hash = BrowserHash(caller), now = calendar.Now };
            if (await transaction.ExecuteAsync("UPDATE staff_browser SET seen_at = @now WHERE staff_id = @staffId AND browser_hash = @hash", args) > 0) return;
            var known = await transaction.QueryAsync<string>("SELECT browser_hash FROM staff_browser WHERE staff_id = @staffId ORDER BY seen_at DESC, browser_hash", args);
            foreach (var hash in known.Skip(MostBrowsers - 1)) await transaction.ExecuteAsync("DELETE FROM staff_browser WHERE staff_id = @staffId AND browser_hash = @hash", new { staffId, hash });
            await transaction.ExecuteAsync("INSERT INTO staff_browser (staff_id, browser_hash, seen_at) VALUES (@staffId, @hash, @now)", args);
        },
        cancellationToken);

    /// <summary>Ends every lock of an account.</summary>
    public static Task UnlockAsync(WriteTransaction transaction, long staffId) =>
        transaction.ExecuteAsync("DELETE FROM staff_try WHERE staff_id = @staffId", new { staffId });

    /// <summary>Makes strangers of all browsers that an account is known in.</summary>
    public static Task ForgetBrowsersAsync(WriteTransaction transaction, long staffId) =>
        transaction.ExecuteAsync("DELETE FROM staff_browser WHERE staff_id = @staffId", new { staffId });

    /// <summary>Removes what counts no more. Returns the rows removed.</summary>
    public Task<int> PurgeAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
            await transaction.ExecuteAsync("DELETE FROM staff_try WHERE counted_from < @Over", new { Over = calendar.Now - Row - StrangersTime })
            + await transaction.ExecuteAsync("DELETE FROM staff_browser WHERE seen_at < @Over", new { Over = calendar.Now - LoginCaller.Life }),
        cancellationToken);

    private object KnownArgs(LoginTry attempt) => new { attempt.StaffId, Hash = BrowserHash(attempt.Caller), Since = calendar.Now - LoginCaller.Life };

    // What belongs to fewer people first, in the same order for everybody.
    private List<Limit> Limits(LoginTry attempt, bool isKnown) => isKnown
        ? [new(Key(attempt, "known", attempt.Caller.Browser), MostFailures, LockTime)]
        :
        [
            new(Key(attempt, "browser", attempt.Caller.Browser), MostFailures, LockTime),
            new(Key(attempt, "address", attempt.Caller.Address), MostFailures, LockTime),
            new(Key(attempt, "strangers", ""), MostFromStrangers, StrangersTime) { IsOfAllStrangers = true },
        ];

    private string Key(LoginTry attempt, string kind, string part) =>
        personal.KeyedHash(HashPurpose.StaffTry, string.Create(CultureInfo.InvariantCulture, $"{attempt.Proof}\n{kind}\n{part}\n{attempt.Name}"));

    private string BrowserHash(LoginCaller caller) => personal.KeyedHash(HashPurpose.StaffBrowser, caller.Browser);

    private async Task<List<Count>> HoldAsync(WriteTransaction transaction, LoginTry attempt, DateTimeOffset now)
    {
        var counts = new List<Count>();
        foreach (var limit in Limits(attempt, await transaction.ScalarAsync<long>(Known, KnownArgs(attempt)) > 0))
        {
            counts.Add(Read(limit, await transaction.QueryOneAsync<CountRow>(
                $"SELECT try_key, counted_from, counted, locked_until FROM staff_try WHERE try_key = @Key{transaction.Engine.ForUpdate}", new { limit.Key }), now));
        }

        return counts;
    }

    private static Task SaveAsync(WriteTransaction transaction, long staffId, Count count) => transaction.ExecuteAsync(
        count.IsStored
            ? "UPDATE staff_try SET staff_id = @staffId, counted_from = @From, counted = @Counted, locked_until = @LockedUntil WHERE try_key = @Key"
            : "INSERT INTO staff_try (try_key, staff_id, counted_from, counted, locked_until) VALUES (@Key, @staffId, @From, @Counted, @LockedUntil)",
        new { count.Limit.Key, staffId, count.From, count.Counted, count.LockedUntil });

    private static Count Read(Limit limit, CountRow? row, DateTimeOffset now)
    {
        // A clock that was set back must lock nobody for longer.
        var isOver = row is null || (now - row.CountedFrom).Duration() >= (limit.IsOfAllStrangers ? StrangersTime : Row);
        var until = row is null || row.LockedUntil > now + limit.Lock + CityCalendar.MostBetweenNodes ? DateTimeOffset.UnixEpoch : row.LockedUntil;
        return new Count(limit, row is not null, isOver ? now : row!.CountedFrom, isOver ? 0 : row!.Counted, until);
    }

    private static LoginStanding Standing(IReadOnlyCollection<Count> counts, DateTimeOffset now)
    {
        var until = counts.Max(c => c.LockedUntil);
        return until > now ? new LoginStanding(0, until) : new LoginStanding(counts.Min(c => c.Limit.Most - c.Counted), null);
    }

    private sealed record Limit(string Key, int Most, TimeSpan Lock)
    {
        public bool IsOfAllStrangers { get; init; }
    }

    private sealed record Count(Limit Limit, bool IsStored, DateTimeOffset From, int Counted, DateTimeOffset LockedUntil)
    {
        public Count Next(DateTimeOffset now) => Counted + 1 >= Limit.Most
            ? this with { From = now, Counted = 0, LockedUntil = now + Limit.Lock }
            : this with { Counted = Counted + 1 };
    }

    private sealed class CountRow
    {
        public string TryKey { get; init; } = "";
        public DateTimeOffset CountedFrom { get; init; }
        public int Counted { get; init; }
        public DateTimeOffset LockedUntil { get; init; }
    }
}

/// <summary>What is proved: each is counted by itself.</summary>
public enum LoginProof
{
    Password,

    /// <summary>A code of the second factor, or one on paper.</summary>
    Code,
}

/// <summary>One attempt: the name as it was typed, in its normal form, and whose it is, 0 for nobody's.</summary>
public sealed record LoginTry(LoginProof Proof, string Name, long StaffId, LoginCaller Caller)
{
    // People type passwords into the wrong field.
    public override string ToString() => $"{Proof} of {StaffId}";
}

/// <summary>How many more wrong ones a caller has, or until when the name is locked for this caller.</summary>
public sealed record LoginStanding(int Left, DateTimeOffset? LockedUntil);
