using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>A second log for one half of those who ask: the first one with some lines exchanged. Only those lie in a table of their own.</summary>
public sealed class OtherLogStore(Database database)
{
    private const string Table = "other_log";

    /// <summary>Begins the second log with a line of its own.</summary>
    public static async Task BeginAsync(WriteTransaction transaction, long number, string line)
    {
        await transaction.ExecuteAsync($"CREATE TABLE {Table} (number BIGINT NOT NULL PRIMARY KEY, entry TEXT NOT NULL)");
        await transaction.ExecuteAsync($"INSERT INTO {Table} (number, entry) VALUES (@number, @line)", new { number, line });
    }

    public static Task DropAsync(WriteTransaction transaction) => transaction.ExecuteAsync($"DROP TABLE IF EXISTS {Table}");

    /// <summary>The second log as it is now; null where there is none.</summary>
    public Task<LogBook?> ReadAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            if (!(await database.Engine.TablesAsync(connection, null)).Contains(Table, StringComparer.Ordinal)) return null;
            var head = await LogStore.HeadAsync(connection, null);
            var lines = await LogTablesStore.LinesAsync(connection, null);
            foreach (var (number, line) in await LinesAsync(connection)) lines[(int)number] = line;
            return new LogBook(head.LogOrigin!, lines);
        },
        cancellationToken);

    /// <summary>The marks of a round, at the sizes that the first log's have.</summary>
    public Task<List<StoredMark>> MarksAsync(DateOnly round, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => LogTablesStore.MarksAsync(connection, round), cancellationToken);

    private static Task<IEnumerable<(long Number, string Line)>> LinesAsync(DbConnection connection) =>
        connection.QueryAsync<(long Number, string Line)>($"SELECT number, entry FROM {Table}");
}
