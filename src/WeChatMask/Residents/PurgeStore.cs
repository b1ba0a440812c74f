using Dapper;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Destroys names, identity numbers and phones when their time is over, and the keyed hashes when no cooldown needs them.</summary>
/// <remarks>
/// What is due is looked up without holding anything, then destroyed in portions, each in a transaction of its own that looks
/// again. So nobody at the desk waits for long, no statement takes longer than one may, however much has gathered, and what
/// somebody does meanwhile counts.
/// </remarks>
public sealed class PurgeStore(Database database, RetentionQueries retention, RoundKeyStore keys, IOptions<PublicLogSettings> log, CityCalendar calendar)
{
    /// <summary>The most rows destroyed in one transaction; of published lists, which go quickly, it is a day's.</summary>
    internal const int Portion = 500;

    private const int HoldsAtOnce = 5000;

    // So many days after its time a round gets nothing more that would have to go, and is not looked through again.
    private const int DaysLooked = 60;

    // A person whose last pickup, and whose registration, lie further back than the keeping time.
    private const string Forgettable = """
        id_number <> '' AND consent_at < @RegisteredBefore
        AND NOT EXISTS (SELECT 1 FROM booking_pickup b WHERE b.account_id = resident.account_id AND b.resident_id = resident.id AND b.pickup_date >= @PersonalBefore)
        """;

    // What is left of destroyed persons, once neither a cooldown nor the limit of persons needs it. By the account's own bookings:
    // how long its trace stays must not tell that the person has booked through another account, whose row keeps its own hash.
    private const string Unneeded = """
        id_number = '' AND COALESCE(removed_at, 0) < @CountedSince
        AND NOT EXISTS (SELECT 1 FROM person_hold h JOIN booking o ON o.id = h.booking_id
                         WHERE h.person_hash = resident.person_hash AND o.account_id = resident.account_id)
        """;

    // The row itself stays as long as its pharmacy's list may be read, which would otherwise lose a line.
    private const string Unlisted = """
        NOT EXISTS (SELECT 1 FROM booking b JOIN round r ON r.date = b.round_date
                     WHERE b.account_id = resident.account_id AND b.resident_id = resident.id AND r.pickup_date >= @PersonalBefore)
        """;

    // Accounts on which nothing hangs any more: the openid is the last thing that points at somebody.
    private const string Bare = """
        created_at < @RegisteredBefore
        AND NOT EXISTS (SELECT 1 FROM resident p WHERE p.account_id = account.id)
        AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.account_id = account.id)
        AND NOT EXISTS (SELECT 1 FROM booking b JOIN round r ON r.date = b.round_date
                         WHERE b.account_id = account.id AND r.pickup_date >= @PersonalBefore)
        """;

    private bool hasToWipe;

    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        keys.Forget();
        if (await retention.GetAsync(cancellationToken) is not { } times) return 0;
        var personalBefore = times.PersonalBefore(calendar.Today);
        var holdsBefore = times.HoldsBefore(calendar.Today);
        var due = new Due(
            personalBefore,
            holdsBefore,
            holdsBefore < personalBefore ? holdsBefore : personalBefore,
            (holdsBefore < personalBefore ? holdsBefore : personalBefore).AddDays(-DaysLooked),
            calendar.Now.AddDays(-times.PersonalDays),
            calendar.Now.AddDays(-times.CooldownDays));
        var touched = await ListsAsync(due, cancellationToken)
            + await ProxiesAsync(due, cancellationToken)
            + await ParticularsAsync(due, cancellationToken)
            + await HashesAsync(due, cancellationToken)
            + await TracesAsync(due, cancellationToken)
            + await AccountsAsync(due, cancellationToken);
        await CloseRoundsAsync(due, cancellationToken);
        if (touched > 0) hasToWipe = true;
        if (hasToWipe) hasToWipe = !await database.Engine.WipeAsync(cancellationToken);
        return touched;
    }

    /// <summary>With its lists goes a round's key, unless a supervisor holds it: from then on nobody can work out whose a line of the log is.</summary>
    private Task<int> ListsAsync(Due due, CancellationToken cancellationToken) => EachDayAsync(
        """
        SELECT date FROM round
         WHERE pickup_date < @PersonalBefore
           AND (EXISTS (SELECT 1 FROM published_entry e WHERE e.round_date = round.date)
                OR EXISTS (SELECT 1 FROM round_key k WHERE k.round_date = round.date AND k.sealed IS NOT NULL AND k.held_at IS NULL))
         ORDER BY date
        """,
        due,
        async (transaction, day) =>
        {
            await keys.DestroyAsync(transaction, day, calendar.Today.AddDays(log.Value.BackupDays));
            return await transaction.ExecuteAsync("DELETE FROM published_entry WHERE round_date = @day", new { day });
        },
        cancellationToken);

    private Task<int> ProxiesAsync(Due due, CancellationToken cancellationToken)
    {
        const string old = "proxy_hash IS NOT NULL AND round_date IN (SELECT date FROM round WHERE pickup_date < @PersonalBefore AND forgotten = 0)";
        return EachPortionAsync(
            "redemption", old, due,
            (transaction, ids, args) => transaction.ExecuteAsync(
                $"UPDATE redemption SET proxy_hash = NULL, proxy_name = NULL, proxy_id_number = NULL WHERE id {ids} AND {old}", args),
            cancellationToken);
    }

    private async Task<int> ParticularsAsync(Due due, CancellationToken cancellationToken)
    {
        var forgotten = await EachPortionAsync(
            "resident", Forgettable, due,
            async (transaction, ids, args) =>
            {
                // Whoever is just booking again after a long time is not forgotten while they do.
                await ErasureStore.HoldDeskAsync(transaction);
                return await transaction.ExecuteAsync(
                    $"UPDATE resident SET {ErasureStore.NoParticulars}, removed_at = COALESCE(removed_at, consent_at) WHERE id {ids} AND {Forgettable}", args);
            },
            cancellationToken);
        return forgotten + await EachPortionAsync(
            "resident", ErasureStore.Removed, due,
            (transaction, ids, args) => transaction.ExecuteAsync($"{ErasureStore.DestroyRemoved} AND id {ids}", args),
            cancellationToken);
    }

    private async Task<int> HashesAsync(Due due, CancellationToken cancellationToken)
    {
        const string old = "person_hash IS NOT NULL AND round_date IN (SELECT date FROM round WHERE date < @HashesBefore AND forgotten = 0)";
        return await HoldsAsync(due, cancellationToken)
            + await EachPortionAsync(
                "booking", old, due,
                (transaction, ids, args) => transaction.ExecuteAsync($"UPDATE booking SET person_hash = NULL WHERE id {ids} AND {old}", args),
                cancellationToken)
            + await EachDayAsync(
                "SELECT DISTINCT pickup_date FROM proxy_day WHERE pickup_date < @HashesBefore ORDER BY pickup_date",
                due,
                (transaction, day) => transaction.ExecuteAsync("DELETE FROM proxy_day WHERE pickup_date = @day", new { day }),
                cancellationToken);
    }

    // In the order of their key, once through: by day they have no index, which each booking would have to pay for.
    private async Task<int> HoldsAsync(Due due, CancellationToken cancellationToken)
    {
        var (touched, last) = (0, "");
        while (true)
        {
            var holds = await database.QueryAsync<(string Person, DateOnly Day)>(
                $"SELECT person_hash, booked_on FROM person_hold WHERE person_hash > @last ORDER BY person_hash LIMIT {HoldsAtOnce}", new { last }, cancellationToken);
            if (holds.Count == 0) return touched;
            // All days of the last person may not have come along.
            last = holds[^1].Person;
            foreach (var portion in holds.Where(k => k.Day < due.HoldsBefore).Select(k => k.Person).Append(last).Distinct(StringComparer.Ordinal).Chunk(Portion))
            {
                touched += await database.WriteAsync(
                    transaction => transaction.ExecuteAsync(
                        $"DELETE FROM person_hold WHERE person_hash {transaction.Engine.AnyOf("portion")} AND booked_on < @HoldsBefore", new { portion, due.HoldsBefore }),
                    cancellationToken);
            }
        }
    }

    /// <summary>First the hash goes, then the row.</summary>
    private async Task<int> TracesAsync(Due due, CancellationToken cancellationToken) =>
        await EachPortionAsync(
            "resident", $"{Unneeded} AND person_hash NOT LIKE '{ErasureStore.NoHash}%'", due,
            async (transaction, ids, args) =>
            {
                var nameless = await transaction.QueryAsync<(long Id, long Account)>($"SELECT id, account_id FROM resident WHERE id {ids} AND {Unneeded}{transaction.Engine.ForUpdate}", args);
                await transaction.ExecuteManyAsync(
                    "UPDATE booking SET person_hash = NULL WHERE account_id = @Account AND resident_id = @Id", [.. nameless.Select(n => new { n.Account, n.Id })]);
                return await transaction.ExecuteManyAsync(
                    "UPDATE resident SET person_hash = @None WHERE id = @Id",
                    [.. nameless.Select(n => new { n.Id, None = FormattableString.Invariant($"{ErasureStore.NoHash}{n.Id}") })]);
            },
            cancellationToken)
        + await EachPortionAsync(
            "resident", $"{Unneeded} AND {Unlisted}", due,
            (transaction, ids, args) => transaction.ExecuteAsync($"DELETE FROM resident WHERE id {ids} AND {Unneeded} AND {Unlisted}", args),
            cancellationToken);

    private Task<int> AccountsAsync(Due due, CancellationToken cancellationToken) => EachPortionAsync(
        "account", Bare, due,
        async (transaction, ids, args) =>
        {
            // A registration holds its account. What one has just added is seen by the statement after the lock, not by one that waited for it.
            await transaction.QueryAsync<long>($"SELECT id FROM account WHERE id {ids} ORDER BY id{transaction.Engine.ForUpdate}", args);
            return await transaction.ExecuteAsync($"DELETE FROM account WHERE id {ids} AND {Bare}", args);
        },
        cancellationToken);

    /// <summary>Of what all years have left behind only the last rounds are looked through each hour.</summary>
    private async Task CloseRoundsAsync(Due due, CancellationToken cancellationToken)
    {
        const string over = "pickup_date < @RoundsBefore AND forgotten = 0";
        if (await database.ScalarAsync<long>($"SELECT COUNT(*) FROM round WHERE {over}", due, cancellationToken) == 0) return;
        await database.WriteAsync(transaction => transaction.ExecuteAsync($"UPDATE round SET forgotten = 1 WHERE {over}", due), cancellationToken);
    }

    private async Task<int> EachDayAsync(string days, Due due, Func<WriteTransaction, DateOnly, Task<int>> destroy, CancellationToken cancellationToken)
    {
        var touched = 0;
        foreach (var day in await database.QueryAsync<DateOnly>(days, due, cancellationToken))
            touched += await database.WriteAsync(transaction => destroy(transaction, day), cancellationToken);
        return touched;
    }

    /// <summary>
    /// Destroys the rows of a table that are due, in the order of their ids. What destroys is given the comparison of an id with the
    /// portion's, and the arguments of that and of the condition, at which it looks again.
    /// </summary>
    private async Task<int> EachPortionAsync(
        string table, string condition, Due due, Func<WriteTransaction, string, DynamicParameters, Task<int>> destroy, CancellationToken cancellationToken)
    {
        var touched = 0;
        foreach (var portion in (await database.QueryAsync<long>($"SELECT id FROM {table} WHERE {condition} ORDER BY id", due, cancellationToken)).Chunk(Portion))
        {
            var args = new DynamicParameters(due);
            args.Add("portion", portion);
            touched += await database.WriteAsync(transaction => destroy(transaction, transaction.Engine.AnyOf("portion"), args), cancellationToken);
        }

        return touched;
    }

    private sealed record Due(DateOnly PersonalBefore, DateOnly HoldsBefore, DateOnly HashesBefore, DateOnly RoundsBefore, DateTimeOffset RegisteredBefore, DateTimeOffset CountedSince);
}
