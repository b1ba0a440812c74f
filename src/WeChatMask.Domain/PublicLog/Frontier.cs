using System.Numerics;

namespace WeChatMask.Domain.PublicLog;

/// <summary>
/// All that a tree needs to grow: its size, and the roots of its complete subtrees, largest first, one for each 1 of the size's
/// binary form.
/// </summary>
public sealed class Frontier
{
    private readonly List<Hash> hashes = [];

    public Frontier()
    {
    }

    public Frontier(long size, IEnumerable<Hash> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        Size = size;
        this.hashes.AddRange(hashes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(this.hashes.Count, BitOperations.PopCount((ulong)size), nameof(hashes));
    }

    public long Size { get; private set; }

    public IReadOnlyList<Hash> Hashes => hashes;

    /// <summary>Reads what <see cref="ToString"/> wrote; null where it is none of that size.</summary>
    public static Frontier? TryParse(long size, string? text)
    {
        var read = new List<Hash>();
        foreach (var part in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Hash.TryParse(part, out var hash)) return null;
            read.Add(hash);
        }

        return size >= 0 && read.Count == BitOperations.PopCount((ulong)size) ? new Frontier(size, read) : null;
    }

    public void Add(Hash leaf)
    {
        for (var size = Size; (size & 1) == 1; size >>= 1)
        {
            leaf = MerkleTree.Node(hashes[^1], leaf);
            hashes.RemoveAt(hashes.Count - 1);
        }

        hashes.Add(leaf);
        Size++;
    }

    /// <summary>Adds a batch, of which the paths may be asked then: the old leaves are not needed for them.</summary>
    public AddedLeaves Add(Hash[] leaves)
    {
        var added = new AddedLeaves(Size, hashes, leaves);
        Size += leaves.Length;
        hashes.Clear();
        hashes.AddRange(added.Subtrees());
        return added;
    }

    public Hash Root()
    {
        if (hashes.Count == 0) return MerkleTree.EmptyRoot;
        var root = hashes[^1];
        for (var i = hashes.Count - 2; i >= 0; i--) root = MerkleTree.Node(hashes[i], root);
        return root;
    }

    /// <summary>The hashes by blanks; without the size they say little.</summary>
    public override string ToString() => string.Join(' ', hashes);
}

/// <summary>Leaves that were added to a tree, and their paths in the tree that ends with them.</summary>
public sealed class AddedLeaves
{
    /// <summary>No path has more.</summary>
    public const int LongestPath = 63;

    private readonly long total;

    /// <summary>By level, the subtree that the old tree ended with there; only where the old size has a 1.</summary>
    private readonly Hash[] old = new Hash[64];

    /// <summary>By level, the complete subtrees that the leaves completed.</summary>
    private readonly List<Hash[]> made = [];

    /// <summary>By level, the root over what follows the last complete subtree; only where something does.</summary>
    private readonly Hash[] edge = new Hash[64];

    internal AddedLeaves(long size, List<Hash> hashes, Hash[] leaves)
    {
        First = size;
        total = size + leaves.Length;
        for (var (level, i) = (0, hashes.Count - 1); i >= 0; level++)
            if (Ends(size, level)) old[level] = hashes[i--];
        for (var nodes = leaves; nodes.Length > 0; nodes = Above(made.Count - 1)) made.Add(nodes);
        for (var level = 0; total >> level > 0; level++)
        {
            var rest = edge[level];
            edge[level + 1] = !Ends(total, level) ? rest
                : HasRest(level) ? MerkleTree.Node(Node(level, (total >> level) - 1), rest)
                : Node(level, (total >> level) - 1);
        }
    }

    /// <summary>The index of the first of them.</summary>
    public long First { get; }

    /// <summary>Of the leaf that was added as the i-th, from 0; from the leaf upwards.</summary>
    public IReadOnlyList<Hash> Path(int i)
    {
        var path = new Hash[LongestPath];
        return path[..Path(i, path)];
    }

    /// <summary>The same into what is given, which has room for <see cref="LongestPath"/>; gives how many there are.</summary>
    public int Path(int i, Span<Hash> path)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, (int)(total - First));
        var (index, count) = (First + i, 0);
        for (var level = 0; 1L << level < total; level++, index >>= 1)
        {
            var sibling = index ^ 1;
            if (sibling < total >> level) path[count++] = Node(level, sibling);
            else if (sibling == total >> level && HasRest(level)) path[count++] = edge[level];
        }

        return count;
    }

    /// <summary>The complete subtrees of the tree that ends with the leaves, largest first.</summary>
    internal IEnumerable<Hash> Subtrees()
    {
        for (var level = BitOperations.Log2((ulong)total); level >= 0; level--)
            if (Ends(total, level)) yield return Node(level, (total >> level) - 1);
    }

    /// <summary>Whether a tree ends with a complete subtree that has no partner on its level.</summary>
    private static bool Ends(long size, int level) => ((size >> level) & 1) == 1;

    private bool HasRest(int level) => (total & ((1L << level) - 1)) != 0;

    private Hash Node(int level, long index)
    {
        var first = First >> level;
        return index < first ? old[level] : made[level][index - first];
    }

    private Hash[] Above(int level)
    {
        var first = First >> (level + 1);
        var nodes = new Hash[(total >> (level + 1)) - first];
        for (var i = 0; i < nodes.Length; i++) nodes[i] = MerkleTree.Node(Node(level, 2 * (first + i)), Node(level, (2 * (first + i)) + 1));
        return nodes;
    }
}
