using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>Tiles, roots and proofs as they follow from all lines of a log at once.</summary>
internal sealed class ReadingTree(IReadOnlyList<string> entries)
{
    private readonly Hash[] leaves = [.. entries.Select(e => MerkleTree.Leaf(e))];

    public IReadOnlyList<string> Entries => entries;

    public int Size => entries.Count;

    public static async Task<ReadingTree> ReadAsync(Database database) => new((await CityLog.ReadAsync(database)).Entries);

    /// <summary>Adds lines that tell of nothing, in one commit for each count.</summary>
    public static async Task GrowAsync(Database database, params int[] batches)
    {
        foreach (var count in batches)
        {
            await database.WriteAsync(
                transaction =>
                {
                    transaction.Log(Enumerable.Range(0, count).Select(i => LogEntry.Audit(string.Create(CultureInfo.InvariantCulture, $"office{count}"), i, default)));
                    return Task.CompletedTask;
                },
                default);
        }
    }

    public Hash Leaf(long index) => leaves[index];

    public Hash Root(long size) => MerkleTree.Root(leaves.AsSpan(0, (int)size));

    public byte[] Bytes(Tile tile)
    {
        var first = (int)tile.Index * Tile.Full;
        if (tile.Level == Tile.Entries) return EntryBundle.Write([.. entries.Skip(first).Take(tile.Width)]);
        var each = 1 << (8 * tile.Level);
        return [.. Enumerable.Range(first, tile.Width).SelectMany(i => MerkleTree.Root(leaves.AsSpan(i * each, each)).ToBytes())];
    }

    /// <summary>Holds that a reader gives the tiles of some sizes, roots, and proofs of pairs that nobody has chosen.</summary>
    public async Task HoldsAsync(LogReader reader, int pairs, params int[] sizes)
    {
        foreach (var size in sizes)
        {
            Assert.Equal(Root(size), await reader.RootAsync(size, default));
            foreach (var tile in Tile.Of(size))
            {
                var bytes = await reader.TileAsync(tile, default);
                Assert.True(Bytes(tile).AsSpan().SequenceEqual(bytes), $"{tile} of {size}");
            }
        }

        var chance = new Random(7);
        for (var i = 0; i < pairs; i++)
        {
            long size = chance.Next(1, Size + 1), index = chance.NextInt64(size), before = chance.NextInt64(size + 1);
            Assert.True(MerkleTree.VerifyInclusion(Leaf(index), index, size, await reader.InclusionAsync(index, size, default), Root(size)), $"{index} in {size}");
            Assert.True(MerkleTree.VerifyConsistency(before, Root(before), size, Root(size), await reader.ConsistencyAsync(before, size, default)), $"{before} to {size}");
        }
    }

    /// <summary>Makes tiles until none is left to be made.</summary>
    public static async Task<int> TileAllAsync(Database database)
    {
        var (store, made) = (new LogTileStore(database), 0);
        while (await store.MakeAsync(default) is > 0 and var tiles) made += tiles;
        return made;
    }
}
