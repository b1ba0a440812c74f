using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Tests.PublicLog;

public sealed class TileTests
{
    public static TheoryData<string> TileVectors => LogVectors.Of("tiles");

    public static TheoryData<string> BundleVectors => LogVectors.Of("bundle");

    [Theory]
    [MemberData(nameof(TileVectors))]
    public void Every_size_has_the_tiles_that_are_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        var tiles = Tile.Of(input.Long("size")).ToList();

        Assert.Equal(answer!.Value.Texts("paths"), tiles.Select(t => t.ToString()));
        Assert.All(tiles, t => Assert.Equal(t, Tile.TryParse(t.ToString())));
    }

    [Theory]
    [MemberData(nameof(BundleVectors))]
    public void Every_bundle_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        var entries = input.Texts("entries");

        var bundle = EntryBundle.Write(entries);

        Assert.Equal(answer!.Value.GetProperty("bundle").GetString(), Convert.ToHexStringLower(bundle));
        Assert.Equal(entries, EntryBundle.TryRead(bundle));
        Assert.Equal(answer.Value.Hash("leaves"), Hash.Of([.. entries.SelectMany(e => MerkleTree.Leaf(e).ToBytes())]));
    }

    [Theory]
    [InlineData(0, 1_234_067, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 1000, 256, "tile/0/x001/000")]
    [InlineData(0, 999, 1, "tile/0/999.p/1")]
    [InlineData(6, 0, 255, "tile/6/000.p/255")]
    [InlineData(Tile.Entries, 70_000, 12, "tile/entries/x070/000.p/12")]
    public void A_path_is_read_and_written(int level, long index, int width, string path)
    {
        Assert.Equal(path, new Tile(level, index, width).ToString());
        Assert.Equal(new Tile(level, index, width), Tile.TryParse(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tile")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/x001/x002")]
    [InlineData("tile/0/xx01/002")]
    [InlineData("tile/00/001")]
    [InlineData("tile/-1/001")]
    [InlineData("tile/7/001")]
    [InlineData("tile/data/001")]
    [InlineData("tile/0/001.p/0")]
    [InlineData("tile/0/001.p/256")]
    [InlineData("tile/0/001.p/01")]
    [InlineData("tile/0/001.p")]
    [InlineData("tile/0/.p/1")]
    [InlineData("tile/0/001/1")]
    [InlineData("tile/0/001.p/1/")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("other/0/001")]
    public void Another_path_is_none(string path) => Assert.Null(Tile.TryParse(path));

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(70_001)]
    public void Proofs_come_from_tiles_alone(int size)
    {
        var leaves = new Hash[size];
        for (var i = 0; i < size; i++) leaves[i] = Hash.Of(BitConverter.GetBytes(i));
        var tiles = Hashes(leaves);
        var root = MerkleTree.Root(leaves);
        var first = Math.Max(1, size / 3);

        Assert.Equal(root, MerkleTree.Root(size, Read(tiles, size)));
        foreach (var index in new[] { 0, size / 2, size - 1 })
            Assert.True(MerkleTree.VerifyInclusion(leaves[index], index, size, MerkleTree.InclusionPath(index, size, Read(tiles, size)), root));
        Assert.True(MerkleTree.VerifyConsistency(first, MerkleTree.Root(leaves.AsSpan(0, first)), size, root, MerkleTree.ConsistencyPath(first, size, Read(tiles, size))));
    }

    [Fact]
    public void A_proof_reads_few_tiles()
    {
        const int size = 70_001;
        var leaves = new Hash[size];
        for (var i = 0; i < size; i++) leaves[i] = Hash.Of(BitConverter.GetBytes(i));
        var tiles = Hashes(leaves);
        var read = new List<Tile>();

        MerkleTree.InclusionPath(4711, size, new HashTiles(size, t =>
        {
            read.Add(t);
            return tiles[t];
        }).Subtree);

        Assert.Equal(read.Distinct(), read);
        Assert.True(read.Count <= 6, string.Join(' ', read));
    }

    [Fact]
    public void Entries_of_every_length_come_out_as_they_went_in()
    {
        string[] entries = [.. new[] { 1, 2, 255, 256, 257, 1024 }.Select(n => new string('x', n))];

        Assert.Equal(entries, EntryBundle.TryRead(EntryBundle.Write(entries)));
        Assert.Empty(EntryBundle.TryRead([])!);
    }

    [Fact]
    public void A_bundle_that_ends_within_an_entry_is_refused()
    {
        var bundle = EntryBundle.Write(["publish 2020-02-10 1581343205"]);

        for (var length = 1; length < bundle.Length; length++) Assert.Null(EntryBundle.TryRead(bundle.AsSpan(0, length)));
        Assert.Null(EntryBundle.TryRead([0, 1, 0xe9]));
    }

    private static Subtree Read(Dictionary<Tile, Hash[]> tiles, long size) => new HashTiles(size, t => tiles[t]).Subtree;

    /// <summary>Every tile of hashes, level by level.</summary>
    private static Dictionary<Tile, Hash[]> Hashes(Hash[] leaves)
    {
        var tiles = new Dictionary<Tile, Hash[]>();
        var hashes = leaves;
        for (var level = 0; hashes.Length > 0; level++)
        {
            for (var i = 0; i * Tile.Full < hashes.Length; i++)
            {
                var tile = hashes[(i * Tile.Full)..Math.Min(hashes.Length, (i + 1) * Tile.Full)];
                tiles.Add(new Tile(level, i, tile.Length), tile);
            }

            hashes = [.. tiles.Where(t => t.Key.Level == level && t.Key.Width == Tile.Full).OrderBy(t => t.Key.Index).Select(t => MerkleTree.Root(t.Value))];
        }

        return tiles;
    }
}
