using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>All lines of a log in memory, and what is served of them.</summary>
public sealed class LogBook(string origin, IReadOnlyList<string> lines)
{
    private readonly Hash[] leaves = [.. lines.Select(l => MerkleTree.Leaf(l))];

    public Checkpoint Newest => At(lines.Count);

    /// <summary>What the log says of itself at a size that it has reached.</summary>
    public Checkpoint At(long size) => new(origin, size, MerkleTree.Root(leaves.AsSpan(0, (int)size)));

    /// <summary>That the log of one size begins the log of another; null where it has not reached them.</summary>
    public IReadOnlyList<Hash>? Consistency(long from, long to) =>
        from < 0 || from > to || to > lines.Count ? null : MerkleTree.ConsistencyPath(from, to, MerkleTree.Over(leaves));

    /// <summary>A tile by its path; null where there is none, or not yet.</summary>
    public byte[]? TileAt(string path)
    {
        if (Tile.TryParse(path) is not { } tile) return null;
        var first = tile.Index * Tile.Full;
        var reached = tile.Level == Tile.Entries ? lines.Count : (long)lines.Count >> (8 * tile.Level);
        if (first + tile.Width > reached) return null;
        if (tile.Level == Tile.Entries) return EntryBundle.Write([.. lines.Skip((int)first).Take(tile.Width)]);
        var subtree = MerkleTree.Over(leaves);
        return [.. Enumerable.Range(0, tile.Width).SelectMany(i => subtree(8 * tile.Level, first + i).ToBytes())];
    }
}
