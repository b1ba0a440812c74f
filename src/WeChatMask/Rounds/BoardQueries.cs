using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>Reads what the board shows, as of one version.</summary>
public sealed class BoardQueries(Database database, RoundQueries rounds)
{
    /// <summary>The version alone: one row, cheap enough to ask every half second.</summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken) => database.VersionAsync(cancellationToken);

    /// <summary>Waits until another node may have changed the board, at most for a while.</summary>
    public Task WaitForOthersAsync(TimeSpan atMost, CancellationToken cancellationToken) => database.Engine.WaitForOthersAsync(atMost, cancellationToken);

    /// <summary>Round, pharmacies and figures of <paramref name="today"/>.</summary>
    public Task<BoardSnapshot> LoadAsync(DateOnly today, DateTimeOffset asOf, long seenChanges, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => LoadAsync(connection, today, asOf, seenChanges), cancellationToken);

    private async Task<BoardSnapshot> LoadAsync(DbConnection connection, DateOnly today, DateTimeOffset asOf, long seenChanges)
    {
        // The version is read first: what follows may be newer than it says, never older.
        var asked = TimeProvider.System.GetTimestamp();
        var newest = await BoardStateQueries.ReadAsync(connection);
        database.Saw(newest.Version, asked);
        var round = await rounds.FindAsync(connection, null, today);
        var pharmacies = await connection.QueryAsync<BoardPharmacy>(
            """
            SELECT p.id, p.code, p.name, p.address, p.district, p.latitude, p.longitude, p.phone, p.status,
                   COALESCE(t.cancelled_late, 0) AS cancelled_late,
                   COALESCE(y.redeemed, 0)       AS redeemed
              FROM pharmacy p
              LEFT JOIN pharmacy_round t ON t.round_date = @today AND t.pharmacy_id = p.id
              LEFT JOIN round h          ON h.pickup_date = @today
              LEFT JOIN pharmacy_round y ON y.round_date = h.date AND y.pharmacy_id = p.id
             WHERE t.pharmacy_id IS NOT NULL
                OR (@withoutRound = 1 AND p.joins_on <= @today AND p.status <> @withdrawn)
             ORDER BY p.code
            """,
            new { today, withoutRound = round is null, withdrawn = PharmacyStatus.Withdrawn });
        var windows = (await connection.QueryAsync<QuotaRow>(
                """
                SELECT pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, moved_in, moved_out, taken
                  FROM quota
                 WHERE round_date = @today
                 ORDER BY pharmacy_id, window_index
                """,
                new { today }))
            .ToLookup(w => w.PharmacyId);
        return new BoardSnapshot
        {
            Version = newest.Version, ChangedAt = newest.ChangedAt, AsOf = asOf, SeenChanges = seenChanges, Today = today, Round = round, NextRoundOpensAt = await rounds.OpensAfterAsync(connection, today),
            Pharmacies = [.. pharmacies.Select(p => p with { Windows = [.. windows[p.Id]] })],
        };
    }
}
