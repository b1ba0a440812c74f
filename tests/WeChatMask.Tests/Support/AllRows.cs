using Dapper;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>Everything that a city has in its database.</summary>
internal static class AllRows
{
    /// <summary>Each row of each table, by its columns.</summary>
    public static Task<List<(string Table, IDictionary<string, object?> Row)>> ReadAsync(Database database) => database.ReadAsync(
        async connection =>
        {
            var rows = new List<(string, IDictionary<string, object?>)>();
            foreach (var table in await database.Engine.TablesAsync(connection, null))
                rows.AddRange((await connection.QueryAsync($"SELECT * FROM {table}")).Select(r => (table, (IDictionary<string, object?>)r)));
            return rows;
        },
        default);
}
