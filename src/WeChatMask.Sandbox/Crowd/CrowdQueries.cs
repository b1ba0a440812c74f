using WeChatMask.Data;

namespace WeChatMask.Sandbox;

/// <summary>Reads which neighbours the city knows already.</summary>
public sealed class CrowdQueries(Database database)
{
    /// <summary>How many neighbours have ever logged in; the next new one has this number.</summary>
    public Task<int> CountAsync(CancellationToken cancellationToken) => database.ScalarAsync<int>(
        "SELECT COUNT(*) FROM account WHERE open_id LIKE @pattern", new { pattern = CrowdPeople.OpenIdPrefix + "%" }, cancellationToken);

    /// <summary>Registered neighbours whom the repeat rule lets book, those who came first first.</summary>
    /// <param name="bookedAfter">Who holds a booking of a later day is in the cooldown.</param>
    /// <param name="count">The most wanted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<List<KnownNeighbour>> FreeAsync(DateOnly bookedAfter, int count, CancellationToken cancellationToken) =>
        database.QueryAsync<KnownNeighbour>(
            """
            SELECT a.id AS account_id, r.id AS resident_id
              FROM account a
              JOIN resident r ON r.account_id = a.id
             WHERE a.open_id LIKE @pattern AND r.removed_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM person_hold h WHERE h.person_hash = r.person_hash AND h.booked_on > @bookedAfter)
             ORDER BY a.id
             LIMIT @count
            """,
            new { pattern = CrowdPeople.OpenIdPrefix + "%", bookedAfter, count },
            cancellationToken);
}

/// <summary>A neighbour with an account and a registration.</summary>
public sealed class KnownNeighbour
{
    public long AccountId { get; init; }

    public long ResidentId { get; init; }
}
