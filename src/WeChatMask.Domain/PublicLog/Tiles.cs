using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>
/// A piece of the log as it is served: 256 hashes of a level, or the entries below them. One that is not full is the beginning of the
/// full one. Each hash of a level is over 256^level leaves.
/// </summary>
public readonly record struct Tile(int Level, long Index, int Width = Tile.Full)
{
    public const int Full = 256;

    /// <summary>In place of a level.</summary>
    public const int Entries = -1;

    /// <summary>What follows the path of a tile in place of which a part is meant; its width stands below that.</summary>
    public const string PartMark = ".p";

    private const int MostLevels = 7;

    /// <summary>What a tree of a size has: the hashes level by level, then the entries.</summary>
    public static IEnumerable<Tile> Of(long size)
    {
        for (var level = 0; level < MostLevels && size >> (8 * level) > 0; level++)
            foreach (var tile in OfLevel(level, size >> (8 * level))) yield return tile;
        foreach (var tile in OfLevel(Entries, size)) yield return tile;
    }

    /// <summary>Reads a path as it is written, and no other that might mean the same.</summary>
    public static Tile? TryParse(string path)
    {
        var parts = path.Split('/');
        if (parts.Length < 3) return null;
        var isPart = parts[^2].EndsWith(PartMark, StringComparison.Ordinal);
        var width = isPart ? Number(parts[^1]) : Full;
        var groups = parts[2..(isPart ? ^1 : ^0)];
        if (isPart && groups.Length > 0) groups[^1] = groups[^1][..^PartMark.Length];
        var level = parts[1] == "entries" ? Entries : Number(parts[1]);
        var index = 0L;
        foreach (var group in groups) index = index > long.MaxValue / 2000 ? -1 : (index * 1000) + Number(group.TrimStart('x'));
        if (index < 0 || width is < 1 or > Full || level is < Entries or >= MostLevels) return null;
        var tile = new Tile(level, index, width);
        return tile.ToString() == path ? tile : null;
    }

    /// <summary>The path, as <c>tile/0/x001/234.p/5</c>.</summary>
    public override string ToString()
    {
        var groups = string.Create(CultureInfo.InvariantCulture, $"{Index % 1000:000}");
        for (var rest = Index / 1000; rest > 0; rest /= 1000) groups = string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:000}/{groups}");
        var level = Level == Entries ? "entries" : Level.ToString(CultureInfo.InvariantCulture);
        var part = Width == Full ? "" : string.Create(CultureInfo.InvariantCulture, $"{PartMark}/{Width}");
        return $"tile/{level}/{groups}{part}";
    }

    private static IEnumerable<Tile> OfLevel(int level, long count)
    {
        for (var i = 0L; i < count / Full; i++) yield return new Tile(level, i);
        if (count % Full > 0) yield return new Tile(level, count / Full, (int)(count % Full));
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -2;
}

/// <summary>A tree of a size whose hash tiles are read as they are needed, each once, with as many hashes as it is wide.</summary>
public sealed class HashTiles(long size, Func<Tile, Hash[]> read)
{
    private readonly Dictionary<Tile, Hash[]> tiles = [];

    /// <summary>The tile from which a subtree's root is worked out.</summary>
    public static Tile TileOf(long size, int level, long index)
    {
        var (of, above) = Math.DivRem(level, 8);
        var tile = (index << above) / Tile.Full;
        return new Tile(of, tile, (int)Math.Min(Tile.Full, (size >> (8 * of)) - (tile * Tile.Full)));
    }

    public Hash Subtree(int level, long index)
    {
        // Eight levels of the tree are one of the tiles; what lies between them is worked out.
        var above = level % 8;
        var first = (int)((index << above) % Tile.Full);
        return MerkleTree.Root(Hashes(TileOf(size, level, index)).AsSpan(first, 1 << above));
    }

    private Hash[] Hashes(Tile tile)
    {
        if (!tiles.TryGetValue(tile, out var hashes)) tiles.Add(tile, hashes = read(tile));
        return hashes;
    }
}

/// <summary>The entries of a tile: each with its length before it, in two bytes, the larger first.</summary>
public static class EntryBundle
{
    private const int LengthSize = 2;

    public static byte[] Write(IReadOnlyCollection<string> entries)
    {
        var bundle = new byte[entries.Sum(e => LengthSize + Encoding.ASCII.GetByteCount(e))];
        var rest = bundle.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)entry.Length));
            rest = rest[(LengthSize + Encoding.ASCII.GetBytes(entry, rest[LengthSize..]))..];
        }

        return bundle;
    }

    /// <summary>Null where it ends within an entry or holds what is no ASCII.</summary>
    public static IReadOnlyList<string>? TryRead(ReadOnlySpan<byte> bundle)
    {
        var entries = new List<string>();
        while (bundle.Length > 0)
        {
            if (!BinaryPrimitives.TryReadUInt16BigEndian(bundle, out var length) || bundle.Length < LengthSize + length) return null;
            var entry = bundle.Slice(LengthSize, length);
            if (!Ascii.IsValid(entry)) return null;
            entries.Add(Encoding.ASCII.GetString(entry));
            bundle = bundle[(LengthSize + length)..];
        }

        return entries;
    }
}
