using WeChatMask.Data;

namespace WeChatMask.Residents;

/// <summary>Destroys names, identity numbers and phones when their time is over, and the keyed hashes when no cooldown needs them.</summary>
public sealed class PurgeStore(Database database, KeepingQueries keeping, CityCalendar calendar)
{
    /// <summary>Destroys what is due. Returns the rows touched.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        if (await keeping.GetAsync(cancellationToken) is not { } times) return 0;
        var personalBefore = times.PersonalBefore(calendar.Today);
        var holdsBefore = times.HoldsBefore(calendar.Today);
        var registeredBefore = calendar.Now.AddDays(-times.PersonalDays);
        var countedSince = calendar.Now.AddDays(-times.CooldownDays);
        return await database.WriteAsync(
            async transaction =>
                await ListsAsync(transaction, personalBefore)
                + await ProxiesAsync(transaction, personalBefore)
                + await ResidentsAsync(transaction, personalBefore, registeredBefore)
                + await transaction.ExecuteAsync(ErasureStore.DestroyRemoved)
                + await HashesAsync(transaction, holdsBefore, personalBefore)
                + await TracesAsync(transaction, personalBefore, countedSince, cancellationToken)
                + await AccountsAsync(transaction, personalBefore, registeredBefore),
            cancellationToken);
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
        UPDATE resident SET name = '', id_number = '', mobile = '', reason = NULL, removed_at = COALESCE(removed_at, consent_at)
         WHERE id_number <> '' AND consent_at < @registeredBefore
           AND NOT EXISTS (SELECT 1 FROM booking b JOIN round r ON r.date = b.round_date
                              LEFT JOIN moved_pickup m ON m.booking_id = b.id
                            WHERE b.resident_id = resident.id AND COALESCE(m.pickup_date, r.pickup_date) >= @before)
        """,
        new { before, registeredBefore });

    private static async Task<int> HashesAsync(WriteTransaction transaction, DateOnly holdsBefore, DateOnly personalBefore)
    {
        var holds = await transaction.ExecuteAsync("DELETE FROM person_hold WHERE booked_on < @holdsBefore", new { holdsBefore });
        var earlier = holdsBefore < personalBefore ? holdsBefore : personalBefore;
        var bookings = await transaction.ExecuteAsync(
            "UPDATE booking SET person_hash = NULL WHERE person_hash IS NOT NULL AND round_date < @earlier", new { earlier });
        var proxies = await transaction.ExecuteAsync("DELETE FROM proxy_day WHERE pickup_date < @earlier", new { earlier });
        return holds + bookings + proxies;
    }

    /// <summary>What is left of destroyed persons: first the hash goes, once neither a cooldown nor the limit of persons needs it, then the row.</summary>
    /// <remarks>The row itself stays as long as its pharmacy's list may be read, which would otherwise lose a line.</remarks>
    private static async Task<int> TracesAsync(
        WriteTransaction transaction, DateOnly personalBefore, DateTimeOffset countedSince, CancellationToken cancellationToken)
    {
        const string unneeded = """
             id_number = '' AND COALESCE(removed_at, 0) < @countedSince
             AND NOT EXISTS (SELECT 1 FROM person_hold h WHERE h.person_hash = resident.person_hash)
            """;
        var nameless = await transaction.QueryAsync<long>(
            $"SELECT id FROM resident WHERE {unneeded} AND person_hash NOT LIKE '{ErasureStore.NoHash}%'", new { countedSince });
        if (nameless.Count > 0)
        {
            await transaction.Engine.ExecuteManyAsync(
                transaction, "UPDATE booking SET person_hash = NULL WHERE resident_id = @Id", [.. nameless.Select(id => new { Id = id })], cancellationToken);
            await transaction.Engine.ExecuteManyAsync(
                transaction,
                "UPDATE resident SET person_hash = @None WHERE id = @Id",
                [.. nameless.Select(id => new { Id = id, None = FormattableString.Invariant($"{ErasureStore.NoHash}{id}") })],
                cancellationToken);
        }

        return nameless.Count + await transaction.ExecuteAsync(
            $"""
            DELETE FROM resident
             WHERE {unneeded}
               AND NOT EXISTS (SELECT 1 FROM booking b JOIN round r ON r.date = b.round_date
                                WHERE b.resident_id = resident.id AND r.pickup_date >= @personalBefore)
            """,
            new { countedSince, personalBefore });
    }

    /// <summary>Accounts on which nothing hangs any more: the openid is the last thing that points at somebody.</summary>
    private static Task<int> AccountsAsync(WriteTransaction transaction, DateOnly before, DateTimeOffset madeBefore) => transaction.ExecuteAsync(
        """
        DELETE FROM account
         WHERE created_at < @madeBefore
           AND NOT EXISTS (SELECT 1 FROM resident p WHERE p.account_id = account.id)
           AND NOT EXISTS (SELECT 1 FROM booking b JOIN round r ON r.date = b.round_date
                            WHERE b.account_id = account.id AND r.pickup_date >= @before)
        """,
        new { before, madeBefore });
}
