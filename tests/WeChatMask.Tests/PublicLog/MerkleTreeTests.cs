using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

public sealed class MerkleTreeTests
{
    private const int Largest = 200;

    private static readonly Hash[] Leaves = [.. Enumerable.Range(0, Largest).Select(i => MerkleTree.Leaf($"leaf {i}"))];

    private static readonly Hash[] Roots = [.. Enumerable.Range(0, Largest + 1).Select(n => Naive(Leaves.AsSpan(0, n)))];

    public static TheoryData<string> RootVectors => LogVectors.Of("root");

    public static TheoryData<string> InclusionVectors => LogVectors.Of("inclusion");

    public static TheoryData<string> ConsistencyVectors => LogVectors.Of("consistency");

    public static TheoryData<string> AppendVectors => LogVectors.Of("append");

    [Theory]
    [MemberData(nameof(RootVectors))]
    public void Every_root_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        Assert.Equal(answer!.Value.Hash("root"), MerkleTree.Root([.. input.Texts("entries").Select(e => MerkleTree.Leaf(e))]));
    }

    [Theory]
    [MemberData(nameof(InclusionVectors))]
    public void Every_inclusion_is_judged_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        var isIn = MerkleTree.VerifyInclusion(input.Hash("leaf"), input.Long("index"), input.Long("size"), input.Hashes("path"), input.Hash("root"));

        Assert.Equal(answer!.Value.GetProperty("valid").GetBoolean(), isIn);
    }

    [Theory]
    [MemberData(nameof(ConsistencyVectors))]
    public void Every_consistency_is_judged_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        var isConsistent = MerkleTree.VerifyConsistency(input.Long("first"), input.Hash("firstRoot"), input.Long("second"), input.Hash("secondRoot"), input.Hashes("path"));

        Assert.Equal(answer!.Value.GetProperty("valid").GetBoolean(), isConsistent);
    }

    [Theory]
    [MemberData(nameof(AppendVectors))]
    public void Every_batch_is_added_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        if (answer is not { } expected)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new Frontier(input.Long("size"), input.Hashes("frontier")));
            return;
        }

        var frontier = new Frontier(input.Long("size"), input.Hashes("frontier"));

        var leaves = input.Texts("entries").Select(e => MerkleTree.Leaf(e)).ToArray();
        var added = frontier.Add(leaves);

        Assert.Equal(expected.Long("size"), frontier.Size);
        Assert.Equal(expected.Hashes("frontier"), frontier.Hashes);
        Assert.Equal(expected.Hash("root"), frontier.Root());
        Assert.Equal(expected.GetProperty("paths").EnumerateArray().Select(p => p.EnumerateArray().Select(h => h.AsHash())), leaves.Select((_, i) => added.Path(i)));
    }

    [Fact]
    public void A_root_is_the_one_of_the_plain_definition()
    {
        for (var size = 0; size <= Largest; size++)
        {
            Assert.Equal(Roots[size], MerkleTree.Root(Leaves.AsSpan(0, size)));
            Assert.Equal(Roots[size], MerkleTree.Root(size, Tree()));
        }
    }

    [Fact]
    public void Every_leaf_of_every_size_has_its_path()
    {
        var tree = Tree();
        for (var size = 1; size <= Largest; size++)
            for (var index = 0; index < size; index++)
                Assert.True(MerkleTree.VerifyInclusion(Leaves[index], index, size, MerkleTree.InclusionPath(index, size, tree), Roots[size]), $"{index} of {size}");
    }

    [Fact]
    public void Every_two_sizes_have_their_path()
    {
        var tree = Tree();
        for (var second = 0; second <= Largest; second++)
            for (var first = 0; first <= second; first++)
                Assert.True(MerkleTree.VerifyConsistency(first, Roots[first], second, Roots[second], MerkleTree.ConsistencyPath(first, second, tree)), $"{first} of {second}");
    }

    [Fact]
    public void A_changed_inclusion_path_is_refused()
    {
        var random = new Random(20200210);
        for (var round = 0; round < 500; round++)
        {
            var size = random.Next(2, Largest + 1);
            var index = random.Next(size);
            var path = MerkleTree.InclusionPath(index, size, Tree());
            var other = (index + random.Next(1, size)) % size;

            Assert.All(Changed(path, random), p => Assert.False(MerkleTree.VerifyInclusion(Leaves[index], index, size, p, Roots[size])));
            Assert.False(MerkleTree.VerifyInclusion(Leaves[index], other, size, path, Roots[size]), $"{other} for {index} of {size}");
            Assert.False(MerkleTree.VerifyInclusion(Leaves[other], index, size, path, Roots[size]));
            Assert.False(MerkleTree.VerifyInclusion(Leaves[index], index, size, path, Roots[size - 1]));
            Assert.False(MerkleTree.VerifyInclusion(Leaves[index], index - size, size, path, Roots[size]));
            Assert.False(MerkleTree.VerifyInclusion(Leaves[index], index + size, size, path, Roots[size]));
        }

        Assert.False(MerkleTree.VerifyInclusion(Leaves[0], 0, 0, [], Leaves[0]));
    }

    [Fact]
    public void A_changed_consistency_path_is_refused()
    {
        var random = new Random(20200211);
        for (var round = 0; round < 500; round++)
        {
            var second = random.Next(2, Largest + 1);
            var first = random.Next(1, second);
            var path = MerkleTree.ConsistencyPath(first, second, Tree());
            var other = Roots[random.Next(0, first)];

            Assert.All(Changed(path, random), p => Assert.False(MerkleTree.VerifyConsistency(first, Roots[first], second, Roots[second], p)));
            Assert.False(MerkleTree.VerifyConsistency(first, other, second, Roots[second], path));
            Assert.False(MerkleTree.VerifyConsistency(first, Roots[first], second, other, path));
            Assert.False(MerkleTree.VerifyConsistency(second, Roots[second], first, Roots[first], path));
        }
    }

    [Fact]
    public void Trees_of_one_size_and_the_empty_one_need_no_path()
    {
        Assert.True(MerkleTree.VerifyConsistency(7, Roots[7], 7, Roots[7], []));
        Assert.False(MerkleTree.VerifyConsistency(7, Roots[7], 7, Roots[6], []));
        Assert.False(MerkleTree.VerifyConsistency(7, Roots[7], 7, Roots[7], [Roots[7]]));
        Assert.True(MerkleTree.VerifyConsistency(0, MerkleTree.EmptyRoot, 7, Roots[7], []));
        Assert.False(MerkleTree.VerifyConsistency(0, Roots[1], 7, Roots[7], []));
        Assert.False(MerkleTree.VerifyConsistency(0, MerkleTree.EmptyRoot, 7, Roots[7], [Roots[7]]));
        Assert.False(MerkleTree.VerifyConsistency(4, Roots[4], 7, Roots[7], []));
        Assert.False(MerkleTree.VerifyConsistency(-1, MerkleTree.EmptyRoot, 7, Roots[7], []));
    }

    [Fact]
    public void Batches_grow_the_tree_that_single_leaves_grow()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var single = new Frontier();
            var frontier = new Frontier();
            while (frontier.Size < Largest)
            {
                var first = (int)frontier.Size;
                var batch = Leaves[first..(first + random.Next(0, Math.Min(80, Largest - first) + 1))];
                var added = frontier.Add(batch);
                foreach (var leaf in batch) single.Add(leaf);

                Assert.Equal(first, added.First);
                Assert.Equal(single.Hashes, frontier.Hashes);
                Assert.Equal(Roots[frontier.Size], frontier.Root());
                Assert.All(batch.Select((_, i) => i), i => Assert.Equal(MerkleTree.InclusionPath(first + i, frontier.Size, Tree()), added.Path(i)));
                frontier = Frontier.TryParse(frontier.Size, frontier.ToString())!;
            }
        }
    }

    [Fact]
    public void A_frontier_has_one_hash_for_each_one_of_its_size()
    {
        Assert.Equal(0, Frontier.TryParse(0, null)!.Size);
        Assert.Null(Frontier.TryParse(1, null));
        Assert.Null(Frontier.TryParse(3, Leaves[0].ToString()));
        Assert.Null(Frontier.TryParse(1, Leaves[0] + "="));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Frontier(5, [Leaves[0]]));
    }

    [Fact]
    public void A_leaf_is_of_its_bytes_however_long() =>
        Assert.Equal(Hash.Of([0, .. System.Text.Encoding.UTF8.GetBytes(new string('\u9648', 5000))]), MerkleTree.Leaf(new string('\u9648', 5000)));

    /// <summary>RFC 6962, 2.1, word by word.</summary>
    private static Hash Naive(ReadOnlySpan<Hash> leaves)
    {
        if (leaves.Length == 0) return Hash.Of([]);
        if (leaves.Length == 1) return leaves[0];
        var left = 1;
        while (left * 2 < leaves.Length) left *= 2;
        return Hash.Of([1, .. Naive(leaves[..left]).ToBytes(), .. Naive(leaves[left..]).ToBytes()]);
    }

    /// <summary>The tree over all leaves, each subtree worked out once.</summary>
    private static Subtree Tree()
    {
        var all = MerkleTree.Over(Leaves);
        return (level, index) =>
        {
            lock (Known)
            {
                if (!Known.TryGetValue((level, index), out var root)) Known.Add((level, index), root = all(level, index));
                return root;
            }
        };
    }

    private static readonly Dictionary<(int, long), Hash> Known = [];

    private static IEnumerable<Hash[]> Changed(IReadOnlyList<Hash> path, Random random)
    {
        for (var i = 0; i < path.Count; i++)
        {
            var bytes = path[i].ToBytes();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            yield return [.. path.Take(i), new Hash(bytes), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), path[i], .. path.Skip(i)];
        }

        yield return [.. path, Leaves[0]];
        if (path.Count > 1) yield return [.. path.Reverse()];
    }
}
