using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace WeChatMask.Domain.PublicLog;

/// <summary>
/// What a person keeps: their line, its salt, and the proof that the line is in the tree that the log has signed. A line that is nobody's
/// has no salt.
/// </summary>
public sealed record Receipt(string Entry, Hash? Salt, long Index, SignedNote Note)
{
    private const string Header = "c2sp.org/tlog-proof@v1";
    private const string ExtraMark = "extra ";
    private const string IndexMark = "index ";
    private const int LinesBeforePath = 3;
    private const int LongestPath = AddedLeaves.LongestPath;

    // A hash in base64 with padding, and the line's end.
    private const int HashLine = 45;

    // An entry's text and a salt, each with its line's end.
    private const int MostExtra = EntryFields.LongestEntry + 1 + Hash.TextLength + 1;
    private const int MostDigits = 20;

    /// <summary>The note is as it was signed, the path in the tree of its size.</summary>
    public static string Write(LogEntry entry, Hash? salt, long index, IReadOnlyList<Hash> path, string note)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(MostBytes(note));
        var text = Encoding.UTF8.GetString(utf8.AsSpan(0, Write(utf8, entry, salt, index, [.. path], note)));
        ArrayPool<byte>.Shared.Return(utf8);
        return text;
    }

    /// <summary>No receipt with this note has more.</summary>
    public static int MostBytes(string note) =>
        Header.Length + ExtraMark.Length + CanonicalBase64.LengthOf(MostExtra) + IndexMark.Length + MostDigits + (LongestPath * HashLine) + 4 + Encoding.UTF8.GetMaxByteCount(note.Length);

    /// <summary>The same into what is given, which has room for <see cref="MostBytes"/>; gives how many bytes it wrote.</summary>
    public static int Write(Span<byte> utf8, LogEntry entry, Hash? salt, long index, ReadOnlySpan<Hash> path, string note)
    {
        Span<byte> bytes = stackalloc byte[MostExtra];
        int count;
        if (salt is { } known) Utf8.TryWrite(bytes, CultureInfo.InvariantCulture, $"{entry.Text}\n{known}\n", out count);
        else Utf8.TryWrite(bytes, CultureInfo.InvariantCulture, $"{entry.Text}\n", out count);
        Utf8.TryWrite(utf8, CultureInfo.InvariantCulture, $"{Header}\n{ExtraMark}", out var at);
        at += CanonicalBase64.Encode(bytes[..count], utf8[at..]);
        Utf8.TryWrite(utf8[at..], CultureInfo.InvariantCulture, $"\n{IndexMark}{index}\n", out var written);
        at += written;
        foreach (ref readonly var hash in path)
        {
            hash.CopyTo(bytes);
            at += CanonicalBase64.Encode(bytes[..Hash.Size], utf8[at..]);
            utf8[at++] = (byte)'\n';
        }

        utf8[at++] = (byte)'\n';
        return at + Encoding.UTF8.GetBytes(note, utf8[at..]);
    }

    /// <summary>Null where anything in it is not of its form, or does not fit.</summary>
    public static Receipt? TryVerify(string text, IReadOnlyCollection<VerifierKey> keys)
    {
        var cut = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (cut < 0) return null;
        var lines = text[..cut].Split('\n');
        if (lines.Length is < LinesBeforePath or > LinesBeforePath + LongestPath || lines[0] != Header) return null;
        if (!TryReadExtra(lines[1], out var entry, out var salt) || !TryReadIndex(lines[2], out var index)) return null;
        var path = new List<Hash>();
        foreach (var line in lines[LinesBeforePath..])
        {
            if (!CanonicalBase64.TryDecode(line, out var hash)) return null;
            path.Add(hash);
        }

        if (SignedNote.TryVerify(text[(cut + 2)..], keys) is not { } note) return null;
        var isIn = MerkleTree.VerifyInclusion(MerkleTree.Leaf(entry), index, note.Checkpoint.Size, path, note.Checkpoint.Root);
        return isIn ? new Receipt(entry, salt, index, note) : null;
    }

    private static bool TryReadExtra(string line, out string entry, out Hash? salt)
    {
        (entry, salt) = ("", null);
        if (!line.StartsWith(ExtraMark, StringComparison.Ordinal) || CanonicalBase64.Decode(line.AsSpan(ExtraMark.Length)) is not { } extra) return false;
        if (!Ascii.IsValid(extra)) return false;
        var parts = Encoding.ASCII.GetString(extra).Split('\n');
        if (parts.Length is not (2 or 3) || parts[^1].Length > 0 || !EntryFields.TryRead(parts[0], out _)) return false;
        entry = parts[0];
        if (parts.Length == 2) return true;
        if (!Hash.TryParse(parts[1], out var given)) return false;
        salt = given;
        return true;
    }

    private static bool TryReadIndex(string line, out long index)
    {
        index = 0;
        return line.StartsWith(IndexMark, StringComparison.Ordinal) && EntryFields.IsNumber(line.AsSpan(IndexMark.Length))
            && long.TryParse(line.AsSpan(IndexMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
