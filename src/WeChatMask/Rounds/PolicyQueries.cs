using System.Data.Common;
using Dapper;

namespace WeChatMask.Rounds;

/// <summary>Reads stored policies; <see cref="PolicyBook"/> understands them.</summary>
internal static class PolicyQueries
{
    public static Task<string> DocumentAsync(DbConnection connection, DbTransaction? transaction, long id) =>
        connection.QuerySingleAsync<string>("SELECT document FROM policy WHERE id = @id", new { id }, transaction);

    /// <summary>The newest version whose date is not after <paramref name="round"/>; of one date the one stored last.</summary>
    public static Task<long?> FindForAsync(DbConnection connection, DbTransaction? transaction, DateOnly round) =>
        connection.QueryFirstOrDefaultAsync<long?>(
            "SELECT id FROM policy WHERE effective_from <= @round ORDER BY effective_from DESC, id DESC LIMIT 1", new { round }, transaction);

    /// <summary>All versions in the order they were stored.</summary>
    public static async Task<IReadOnlyList<StoredPolicy>> AllAsync(DbConnection connection, DbTransaction? transaction) =>
        (await connection.QueryAsync<StoredPolicy>(
            "SELECT id, effective_from, created_at, created_by FROM policy ORDER BY id", transaction: transaction)).AsList();
}

/// <summary>A stored version, without its rules.</summary>
public sealed class StoredPolicy
{
    public long Id { get; init; }
    public DateOnly EffectiveFrom { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    public string CreatedBy { get; init; } = "";
}
