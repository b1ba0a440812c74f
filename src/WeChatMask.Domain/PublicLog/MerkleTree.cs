using System.Numerics;
using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>Gives the root of a complete subtree: of the 2^level leaves that begin with leaf index · 2^level.</summary>
public delegate Hash Subtree(int level, long index);

/// <summary>The hashes and proofs of RFC 6962, checked as RFC 9162 says.</summary>
public static class MerkleTree
{
    /// <summary>What fits on the stack: the longest entry and its mark.</summary>
    private const int ShortLeaf = EntryFields.LongestEntry + 1;

    /// <summary>Of the tree without leaves.</summary>
    public static Hash EmptyRoot { get; } = Hash.Of([]);

    public static Hash Leaf(ReadOnlySpan<char> text)
    {
        var size = 1 + Encoding.UTF8.GetByteCount(text);
        Span<byte> bytes = size <= ShortLeaf ? stackalloc byte[size] : new byte[size];
        bytes[0] = 0;
        Encoding.UTF8.GetBytes(text, bytes[1..]);
        return Hash.Of(bytes);
    }

    public static Hash Node(in Hash left, in Hash right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Hash.Size)];
        bytes[0] = 1;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Hash.Size)..]);
        return Hash.Of(bytes);
    }

    public static Hash Root(ReadOnlySpan<Hash> leaves)
    {
        var frontier = new Frontier();
        foreach (ref readonly var leaf in leaves) frontier.Add(leaf);
        return frontier.Root();
    }

    public static Hash Root(long size, Subtree subtree) => size == 0 ? EmptyRoot : Range(0, size, subtree);

    /// <summary>The subtrees of leaves that are all at hand.</summary>
    public static Subtree Over(IReadOnlyList<Hash> leaves)
    {
        return Of;

        Hash Of(int level, long index) => level == 0 ? leaves[(int)index] : Node(Of(level - 1, 2 * index), Of(level - 1, (2 * index) + 1));
    }

    /// <summary>That a leaf stands at an index of the tree of a size; from the leaf upwards.</summary>
    public static IReadOnlyList<Hash> InclusionPath(long index, long size, Subtree subtree)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<Hash>();
        Descend(0, size);
        return path;

        void Descend(long start, long count)
        {
            if (count == 1) return;
            var left = LargestPowerBelow(count);
            var isLeft = index < start + left;
            if (isLeft) Descend(start, left);
            else Descend(start + left, count - left);
            path.Add(isLeft ? Range(start + left, count - left, subtree) : Range(start, left, subtree));
        }
    }

    /// <summary>That the tree of the second size begins with the tree of the first.</summary>
    public static IReadOnlyList<Hash> ConsistencyPath(long first, long second, Subtree subtree)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, second);
        var path = new List<Hash>();
        if (first > 0 && first < second) Descend(0, second);
        return path;

        void Descend(long start, long count)
        {
            if (start + count == first)
            {
                // The first tree itself is known to whoever asks.
                if (start > 0) path.Add(Range(start, count, subtree));
                return;
            }

            var left = LargestPowerBelow(count);
            var isLeft = first <= start + left;
            if (isLeft) Descend(start, left);
            else Descend(start + left, count - left);
            path.Add(isLeft ? Range(start + left, count - left, subtree) : Range(start, left, subtree));
        }
    }

    public static bool VerifyInclusion(in Hash leaf, long index, long size, IReadOnlyList<Hash> path, in Hash root)
    {
        if (index < 0 || index >= size) return false;
        var (node, last, hash) = (index, size - 1, leaf);
        foreach (var sibling in path)
        {
            if (last == 0) return false;
            hash = Climb(ref node, ref last) ? Node(sibling, hash) : Node(hash, sibling);
            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash == root;
    }

    /// <summary>The tree without leaves begins every tree.</summary>
    public static bool VerifyConsistency(long first, in Hash firstRoot, long second, in Hash secondRoot, IReadOnlyList<Hash> path)
    {
        if (first < 0 || first > second) return false;
        if (first == second) return path.Count == 0 && firstRoot == secondRoot;
        if (first == 0) return path.Count == 0 && firstRoot == EmptyRoot;
        if (path.Count == 0) return false;
        // A complete first tree is a node of the second, and left out of the path.
        var isNode = BitOperations.IsPow2(first);
        var (node, last) = (first - 1, second - 1);
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        var before = isNode ? firstRoot : path[0];
        var after = before;
        for (var i = isNode ? 0 : 1; i < path.Count; i++)
        {
            if (last == 0) return false;
            if (Climb(ref node, ref last)) (before, after) = (Node(path[i], before), Node(path[i], after));
            else after = Node(after, path[i]);
            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && before == firstRoot && after == secondRoot;
    }

    /// <summary>Whether the sibling stands on the left. A last node without one is taken up to where it has.</summary>
    private static bool Climb(ref long node, ref long last)
    {
        if ((node & 1) == 0 && node != last) return false;
        while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
        return true;
    }

    /// <summary>The root over leaves that are a node of the tree, complete or at its right edge.</summary>
    private static Hash Range(long start, long count, Subtree subtree)
    {
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.Log2((ulong)count);
            return subtree(level, start >> level);
        }

        var left = LargestPowerBelow(count);
        return Node(Range(start, left, subtree), Range(start + left, count - left, subtree));
    }

    private static long LargestPowerBelow(long count) => 1L << BitOperations.Log2((ulong)count - 1);
}
