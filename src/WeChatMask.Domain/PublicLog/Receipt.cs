using System.Globalization;
using System.Text;

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
    private const int LongestPath = 63;

    /// <summary>The note is as it was signed, the path in the tree of its size.</summary>
    public static string Write(LogEntry entry, Hash? salt, long index, IReadOnlyList<Hash> path, string note)
    {
        var extra = CanonicalBase64.Encode(Encoding.ASCII.GetBytes(salt is null ? $"{entry.Text}\n" : $"{entry.Text}\n{salt}\n"));
        var text = new StringBuilder(2048).Append(CultureInfo.InvariantCulture, $"{Header}\n{ExtraMark}{extra}\n{IndexMark}{index}\n");
        foreach (var hash in path) text.Append(CanonicalBase64.Encode(hash)).Append('\n');
        return text.Append('\n').Append(note).ToString();
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
