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

    /// <summary>Two who held the same connection would read each other's rows.</summary>
    [Fact]
    public async Task A_connection_that_is_given_back_twice_is_lent_to_one_only()
    {
        using var engine = Engine(out var folder);
        var given = await engine.OpenAsync(default);
        await given.DisposeAsync();
        await given.DisposeAsync();

        await using (var one = await engine.OpenAsync(default))
        await using (var other = await engine.OpenAsync(default))
        {
            Assert.Same(given, one);
            Assert.NotSame(one, other);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task After_a_row_that_could_not_be_read_the_connection_shows_what_was_written_since()
    {
        using var engine = Engine(out var folder);
        await WriteAsync("CREATE TABLE seat (id INTEGER NOT NULL, row_id INTEGER NOT NULL PRIMARY KEY)");
        await WriteAsync("INSERT INTO seat (id) VALUES (1), (1)");
        await using (var connection = await engine.OpenAsync(default))
        {
            await Assert.ThrowsAsync<FormatException>(() => engine.ReadByKeysAsync<long, int>(
                connection, null, "SELECT id FROM seat", "id", [1], _ => throw new FormatException(), default));
        }

        await WriteAsync("INSERT INTO seat (id) VALUES (1)");

        await using (var connection = await engine.OpenAsync(default))
            Assert.Equal(3, (await engine.ReadByKeysAsync<long, long>(connection, null, "SELECT COUNT(*) FROM seat", "id", [1], row => row.Number(0), default)).Single());
        folder.Delete(recursive: true);

        async Task WriteAsync(string sql)
        {
            await using var transaction = await engine.BeginWriteAsync(default);
            await transaction.ExecuteAsync(sql);
            await transaction.CommitAsync();
        }
    }

    private static SqliteEngine Engine(out DirectoryInfo folder)
    {
        folder = Directory.CreateTempSubdirectory("wechatmask-engine-");
        return new SqliteEngine($"Data Source={Path.Combine(folder.FullName, "rows.db")}");
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public DateTimeOffset? RemovedAt { get; init; }

        public string Name { get; init; } = "";
    }
}
