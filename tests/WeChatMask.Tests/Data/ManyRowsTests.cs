using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>Rows written and read many at a time, in whatever way an engine does that: more than go into one statement, and no easy values.</summary>
public sealed class ManyRowsTests : IDisposable
{
    private const int Rows = 1_100;
    private const string Table = "handled_message";
    private static readonly string?[] Replies = ["plain", "\"quoted\" 'twice' \\ and \\\\", "二〇二〇年 \U0001F637 <&>", "line\r\nline\ttab", "", null];

    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-rows-").FullName;

    [EngineTheory]
    public async Task Each_row_gets_its_own_values_and_no_other_row_is_touched(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, folder);
        using var database = new Database(home.Settings());
        await new Migrator(database, TimeProvider.System).MigrateAsync(CancellationToken.None);
        var keys = Enumerable.Range(0, Rows).Select(i => $"key{i:0000}").ToArray();

        var (found, gone) = await database.WriteAsync(
            async transaction =>
            {
                await transaction.InsertManyAsync(
                    Table, ["message_key", "received_at", "lease", "leased_until", "reply"],
                    [.. keys.Append("other").Append("nearly").Select((k, i) => new object?[] { k, 0L, Lease(i), 0L, "before" })]);
                await transaction.UpdateManyAsync(
                    Table, ["message_key", "lease"], ["reply", "leased_until"],
                    // The last one's first key is right, its second is not.
                    [.. keys.Select((k, i) => new object?[] { k, Lease(i), ReplyOf(i), Lease(i) }), ["nearly", 1L, "after", 1L]]);
                var rows = await transaction.SelectByKeysAsync<string, Row>(
                    $"SELECT message_key, leased_until, reply FROM {Table}", "message_key", [.. keys, "other", "nearly", "nobody"]);
                var deleted = await transaction.ExecuteManyAsync(
                    $"DELETE FROM {Table} WHERE message_key = @Key", [.. keys.Append("nobody").Select(key => new { Key = key })]);
                return (rows, deleted);
            },
            CancellationToken.None);

        var byKey = found.ToDictionary(r => r.MessageKey, StringComparer.Ordinal);
        Assert.Equal(Rows + 2, byKey.Count);
        Assert.All(keys.Select((key, i) => (key, i)), k => Assert.Equal((ReplyOf(k.i), Lease(k.i)), (byKey[k.key].Reply, byKey[k.key].LeasedUntil)));
        Assert.All((string[])["other", "nearly"], key => Assert.Equal(("before", 0L), (byKey[key].Reply, byKey[key].LeasedUntil)));
        Assert.Equal(Rows, gone);
        Assert.Equal(2, await database.ScalarAsync<long>($"SELECT COUNT(*) FROM {Table}"));
    }

    [EngineTheory]
    public async Task A_key_that_no_row_can_have_finds_nothing_and_the_others_are_found_beside_it(DatabaseKind engine)
    {
        await using var home = await TestDatabase.CreateAsync(engine, folder);
        using var database = new Database(home.Settings());
        await new Migrator(database, TimeProvider.System).MigrateAsync(CancellationToken.None);
        var longest = new string('k', 200);
        string[] keys = ["plain", longest, "o'clock", "\"quoted\" \\", "口罩\U0001F637", "tab\tline\n"];

        var found = await database.WriteAsync(
            async transaction =>
            {
                await transaction.InsertManyAsync(
                    Table, ["message_key", "received_at", "lease", "leased_until", "reply"],
                    [.. keys.Select((k, i) => new object?[] { k, 0L, 0L, (long)i, "" })]);
                return await transaction.SelectByKeysAsync<string, Row>(
                    $"SELECT message_key, leased_until, reply FROM {Table}", "message_key",
                    ["nobody", longest + "k", new string('k', 5_000), "", .. keys, "k"]);
            },
            CancellationToken.None);

        Assert.Equal(keys.Order(StringComparer.Ordinal), found.Select(r => r.MessageKey).Order(StringComparer.Ordinal));
        Assert.All(found, r => Assert.Equal(r.MessageKey, keys[r.LeasedUntil]));
    }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string? ReplyOf(int row) => Replies[row % Replies.Length];

    private static long Lease(int row) => long.MaxValue - row;

    private sealed class Row
    {
        public string MessageKey { get; init; } = "";

        public long LeasedUntil { get; init; }

        public string? Reply { get; init; }
    }
}
