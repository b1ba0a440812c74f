using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Levers;

/// <summary>Reads levers that were pressed.</summary>
public sealed class LeverQueries(Database database)
{
    internal const string Select = """
        SELECT l.id, l.request_key, l.kind, l.round_date, l.pharmacy_id, p.code AS pharmacy_code, p.name AS pharmacy_name, l.reason, l.detail, l.staff,
               l.created_at, l.done_at, l.undone_at
          FROM lever l
          LEFT JOIN pharmacy p ON p.id = l.pharmacy_id
        """;

    /// <summary>The newest levers, newest first.</summary>
    public Task<List<Lever>> NewestAsync(int count, CancellationToken cancellationToken) =>
        database.QueryAsync<Lever>($"{Select} ORDER BY l.id DESC LIMIT @count", new { count }, cancellationToken);

    /// <summary>What was done to a round, oldest first: what the public is told.</summary>
    public Task<List<Lever>> OfRoundAsync(DateOnly round, CancellationToken cancellationToken) =>
        database.QueryAsync<Lever>($"{Select} WHERE l.round_date = @round ORDER BY l.id", new { round }, cancellationToken);

    /// <summary>Levers that are not carried out everywhere yet, oldest first.</summary>
    public Task<List<Lever>> OpenAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Lever>($"{Select} WHERE l.done_at IS NULL ORDER BY l.id", cancellationToken: cancellationToken);

    /// <summary>How many pharmacies each open lever has been carried out at.</summary>
    public async Task<IReadOnlyDictionary<long, int>> StepsAsync(CancellationToken cancellationToken) =>
        (await database.QueryAsync<(long Lever, int Steps)>(
            "SELECT lever_id, COUNT(*) FROM lever_step WHERE lever_id IN (SELECT id FROM lever WHERE done_at IS NULL) GROUP BY lever_id", cancellationToken: cancellationToken))
        .ToDictionary(s => s.Lever, s => s.Steps);

    /// <summary>The name of the pharmacy that a booking stood at before it went to another; null where it has always been there.</summary>
    public Task<string?> CameFromAsync(long booking, CancellationToken cancellationToken) => database.ScalarAsync<string?>(
        """
        SELECT p.name FROM booking_move v JOIN pharmacy p ON p.id = v.from_pharmacy_id
         WHERE v.booking_id = @booking AND v.moved_at IS NOT NULL
         ORDER BY v.moved_at DESC, v.lever_id DESC LIMIT 1
        """,
        new { booking },
        cancellationToken);

    internal static Task<Lever?> FindAsync(WriteTransaction transaction, string requestKey) =>
        transaction.QueryOneAsync<Lever>($"{Select} WHERE l.request_key = @requestKey", new { requestKey });

    /// <summary>The newest lever of a kind that nobody took back.</summary>
    internal static async Task<Lever?> NewestAsync(DbConnection connection, DbTransaction? transaction, LeverKind kind, DateOnly round, long? pharmacy) =>
        await connection.QueryFirstOrDefaultAsync<Lever>(
            $"{Select} WHERE l.round_date = @round AND l.kind = @kind AND l.undone_at IS NULL AND COALESCE(l.pharmacy_id, 0) = @pharmacy ORDER BY l.id DESC",
            new { round, kind, pharmacy = pharmacy ?? 0 },
            transaction);
}
