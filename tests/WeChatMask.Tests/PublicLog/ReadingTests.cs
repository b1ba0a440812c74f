using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What is read of the public log is the same wherever its lines lie.</summary>
public sealed class ReadingTests
{
    [EngineTheory]
    public async Task Tiles_and_proofs_are_those_of_the_whole_log_before_tiles_are_made_and_after(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var reader = new LogReader(city.Database);
        await ReadingTree.GrowAsync(city.Database, 1, 254, 2, 511, 3, 700);
        await HoldsAsync();

        Assert.Equal((await ReadingTree.ReadAsync(city.Database)).Size / Tile.Full, await ReadingTree.TileAllAsync(city.Database));
        await HoldsAsync();
        await ReadingTree.GrowAsync(city.Database, 2, 300, 1);
        await HoldsAsync();
        Assert.Equal(1, await ReadingTree.TileAllAsync(city.Database));
        await HoldsAsync();
        reader = new LogReader(city.Database);
        await HoldsAsync();

        async Task HoldsAsync()
        {
            var tree = await ReadingTree.ReadAsync(city.Database);
            await tree.HoldsAsync(reader, 40, 1, 2, 255, 256, 257, 511, 512, 513, tree.Size - 1, tree.Size);
            Assert.Equal(tree.Size, (await reader.NewestAsync(default))!.Checkpoint.Size);
            Assert.Equal(tree.Root(tree.Size), (await reader.NewestAsync(default))!.Checkpoint.Root);
            Assert.Equal(tree.Entries, await reader.EntriesAsync(0, tree.Size, default));
            foreach (var (first, count) in new[] { (0, 1), (255, 2), (200, 600), (256, 256), (tree.Size - 1, 1) })
                Assert.Equal(tree.Entries.Skip(first).Take(count), await reader.EntriesAsync(first, count, default));
            Assert.Equal(tree.Entries.Skip(tree.Size - 3), await reader.EntriesAsync(tree.Size - 3, 1000, default));
            Assert.Empty(await reader.EntriesAsync(tree.Size, 5, default));
            foreach (var level in new[] { 0, Tile.Entries })
            {
                Assert.Null(await reader.TileAsync(new Tile(level, tree.Size / Tile.Full), default));
                Assert.Null(await reader.TileAsync(new Tile(level, tree.Size / Tile.Full, (tree.Size % Tile.Full) + 1), default));
                Assert.Null(await reader.TileAsync(new Tile(level, long.MaxValue / 2, 1), default));
            }

            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.RootAsync(tree.Size + 1, default));
        }
    }

    [Fact]
    public async Task A_log_of_three_levels_is_read_as_well()
    {
        await using var city = await DeskCity.CreateAsync(1, [5]);
        int[] batches = [1, 999, 3001, 2500, 257, 4000];
        for (var size = 0; size < 70_000; size += batches.Sum()) await ReadingTree.GrowAsync(city.Database, batches);
        var tree = await ReadingTree.ReadAsync(city.Database);
        int[] sizes = [65_535, 65_536, 65_537, 70_001, tree.Size];
        var reader = new LogReader(city.Database);
        await tree.HoldsAsync(reader, 20, sizes);

        Assert.Equal(tree.Size / Tile.Full, await ReadingTree.TileAllAsync(city.Database));

        Assert.Equal([(2, 0, tree.Root(65_536).ToString())], await city.Database.QueryAsync<(int, long, string)>("SELECT level, number, root FROM log_span"));
        await tree.HoldsAsync(reader, 20, sizes);
        await tree.HoldsAsync(new LogReader(city.Database), 20, sizes);
    }

    [EngineTheory]
    public async Task Two_nodes_make_the_same_tiles_once_and_leave_no_text_twice(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        await ReadingTree.GrowAsync(city.Database, 300, 5000, 3, 9000, 100);
        var tree = await ReadingTree.ReadAsync(city.Database);
        var nodes = new[] { city.AddNode().Database, city.AddNode().Database, city.AddNode().Database };

        await Task.WhenAll(nodes.Select(n => Task.Run(() => ReadingTree.TileAllAsync(n))));
        await ReadingTree.TileAllAsync(nodes[0]);

        Assert.Equal(tree.Entries, (await CityLog.ReadAsync(city.Database)).Entries);
        var rows = await RowsAsync();
        Assert.Equal(tree.Size / Tile.Full, rows.Count(r => r.StartsWith("tile ", StringComparison.Ordinal)));
        // The batch with which the log ends is the only one that still has something to say.
        Assert.Equal(1, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM log_batch WHERE body IS NOT NULL"));
        Assert.Equal(0, await ReadingTree.TileAllAsync(nodes[1]));
        Assert.Equal(rows, await RowsAsync());

        async Task<List<string>> RowsAsync() =>
        [
            .. (await city.Database.QueryAsync<(long, string, string)>("SELECT number, body, root FROM log_tile ORDER BY number")).Select(r => $"tile {r}"),
            .. (await city.Database.QueryAsync<(long, string?)>("SELECT id, body FROM log_batch ORDER BY id")).Select(r => $"batch {r}"),
        ];
    }

    [Fact]
    public async Task A_read_is_shared_and_kept_unless_it_failed_and_what_nobody_wants_goes()
    {
        var kept = new KeptReads<int, int>(2);
        var read = new List<int>();
        var door = new TaskCompletionSource();
        var slow = Enumerable.Range(0, 3).Select(_ => kept.GetAsync(1, async key =>
        {
            read.Add(key);
            await door.Task;
            return key;
        })).ToList();
        door.SetResult();
        foreach (var one in slow) Assert.Equal(1, await one);
        Assert.Equal([1], read);

        await Assert.ThrowsAsync<InvalidOperationException>(() => kept.GetAsync(2, _ => throw new InvalidOperationException()));
        Assert.Equal(2, await GetAsync(2));
        foreach (var key in new[] { 3, 1, 4, 1, 5, 1 }) Assert.Equal(key, await GetAsync(key));
        Assert.Equal([1, 2, 3, 4, 5], read);
        Assert.Equal(2, await GetAsync(2));
        Assert.Equal([1, 2, 3, 4, 5, 2], read);

        Task<int> GetAsync(int key) => kept.GetAsync(key, k =>
        {
            read.Add(k);
            return Task.FromResult(k);
        });
    }
}
