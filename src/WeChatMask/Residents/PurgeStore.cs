using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Residents;

/// <summary>Destroys names, identity numbers and phones when their time is over, and the keyed hashes when no cooldown needs them.</summary>
public sealed class PurgeStore(Database database, PolicyBook policies, CityCalendar calendar)
{
    /// <summary>Destroys what is due. Returns the rows touched.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var rules = await database.ReadAsync(LoadPoliciesAsync, cancellationToken);
        if (rules.Count == 0) return 0;
        var today = calendar.Today;
        var kept = rules.Max(p => p.RetentionDays);
        var personalBefore = today.AddDays(-kept);
        var holdsBefore = today.AddDays(-rules.Max(p => p.CooldownDays));
        return await database.WriteAsync(
            async transaction =>
                await ListsAsync(transaction, personalBefore)
                + await ProxiesAsync(transaction, personalBefore)
                + await ResidentsAsync(transaction, personalBefore, calendar.Now.AddDays(-kept))
                + await HashesAsync(transaction, holdsBefore, personalBefore),
            cancellationToken);
    }

    private async Task<List<Policy>> LoadPoliciesAsync(System.Data.Common.DbConnection connection)
    {
        var loaded = new List<Policy>();
        foreach (var id in await Dapper.SqlMapper.QueryAsync<long>(connection, "SELECT id FROM policy"))
            loaded.Add(await policies.GetAsync(connection, null, id));
        return loaded;
    }

    private static Task<int> ListsAsync(WriteTransaction transaction, DateOnly before) => transaction.ExecuteAsync(
        "DELETE FROM published_entry WHERE round_date IN (SELECT date FROM round WHERE pickup_date < @before)", new { before });

    private static Task<int> ProxiesAsync(WriteTransaction transaction, DateOnly before) => transaction.ExecuteAsync(
        """
        UPDATE redemption SET proxy_hash = NULL, proxy_name = NULL, proxy_id_number = NULL
         WHERE proxy_hash IS NOT NULL AND round_date IN (SELECT date FROM round WHERE pickup_date < @before)
        """,
        new { before });

    /// <summary>A person whose last pickup, and whose registration, lie further back than the keeping time.</summary>
    private static Task<int> ResidentsAsync(WriteTransaction transaction, DateOnly before, DateTimeOffset registeredBefore) => transaction.ExecuteAsync(
        """
        UPDATE resident SET name = '', id_number = '', mobile = '', removed_at = COALESCE(removed_at, consent_at)
         WHERE id_number <> '' AND consent_at < @registeredBefore
           AND NOT EXISTS (SELECT 1 FROM booking b JOIN round r ON r.date = b.round_date
                            WHERE b.resident_id = resident.id AND r.pickup_date >= @before)
        """,
        new { before, registeredBefore });

    private static async Task<int> HashesAsync(WriteTransaction transaction, DateOnly holdsBefore, DateOnly personalBefore)
    {
        var holds = await transaction.ExecuteAsync("DELETE FROM person_hold WHERE booked_on < @holdsBefore", new { holdsBefore });
        var earlier = holdsBefore < personalBefore ? holdsBefore : personalBefore;
        var bookings = await transaction.ExecuteAsync(
            "UPDATE booking SET person_hash = NULL WHERE person_hash IS NOT NULL AND round_date < @earlier", new { earlier });
        var residents = await transaction.ExecuteAsync(
            """
            DELETE FROM resident
             WHERE id_number = '' AND NOT EXISTS (SELECT 1 FROM person_hold h WHERE h.person_hash = resident.person_hash)
            """);
        var proxies = await transaction.ExecuteAsync("DELETE FROM proxy_day WHERE pickup_date < @earlier", new { earlier });
        return holds + bookings + residents + proxies;
    }
}
