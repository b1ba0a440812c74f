using Microsoft.Extensions.Options;
using WeChatMask.Data;

namespace WeChatMask.Tests.Data;

public sealed class SqliteEngineTests
{
    private static readonly DateTimeOffset Removed = DateTimeOffset.FromUnixTimeMilliseconds(5);

    /// <summary>The rows of all keys share one mapping, whatever the first row left empty.</summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task Rows_with_and_without_a_value_are_read_by_their_keys(long first, long second)
    {
        var folder = Directory.CreateTempSubdirectory("wechatmask-engine-");
        using var database = new Database(Options.Create(new DatabaseSettings { ConnectionString = $"Data Source={Path.Combine(folder.FullName, "rows.db")}" }));

        var rows = await database.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync(database.Engine.Translate("CREATE TABLE person (id {long} NOT NULL PRIMARY KEY, removed_at {long}, name {text})"));
                await transaction.InsertManyAsync(
                    "person", ["id", "removed_at", "name"], [[1L, null, "a"], [2L, Removed.ToUnixTimeMilliseconds(), null]]);
                return await transaction.SelectByKeysAsync<long, Row>(
                    "SELECT id, removed_at, COALESCE(name, '') AS name FROM person", "id", [first, 3L, second]);
            },
            CancellationToken.None);

        Assert.Equal([first, second], rows.Select(r => r.Id));
        Assert.Equal((null, "a"), (rows.Single(r => r.Id == 1).RemovedAt, rows.Single(r => r.Id == 1).Name));
        Assert.Equal((Removed, ""), (rows.Single(r => r.Id == 2).RemovedAt, rows.Single(r => r.Id == 2).Name));
        folder.Delete(recursive: true);
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public DateTimeOffset? RemovedAt { get; init; }

        public string Name { get; init; } = "";
    }
}
