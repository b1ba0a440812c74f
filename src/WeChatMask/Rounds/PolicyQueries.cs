using System.Data.Common;
using Dapper;

namespace WeChatMask.Rounds;

/// <summary>Reads stored policies; <see cref="PolicyBook"/> understands them.</summary>
internal static class PolicyQueries
{
    /// <summary>The document of a version.</summary>
    public static Task<string> DocumentAsync(DbConnection connection, DbTransaction? transaction, long id) =>
        connection.QuerySingleAsync<string>("SELECT document FROM policy WHERE id = @id", new { id }, transaction);

    /// <summary>The newest version whose date is not after <paramref name="round"/>; of one date the one stored last.</summary>
    public static Task<long?> FindForAsync(DbConnection connection, DbTransaction? transaction, DateOnly round) =>
        connection.QueryFirstOrDefaultAsync<long?>(
            "SELECT id FROM policy WHERE effective_from <= @round ORDER BY effective_from DESC, id DESC LIMIT 1", new { round }, transaction);
}
