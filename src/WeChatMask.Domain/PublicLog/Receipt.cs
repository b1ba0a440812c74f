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
    private const int LongestPath = 63;

    // Of a hash in base64 with padding.
    private const int HashLine = 44;

    /// <summary>The note is as it was signed, the path in the tree of its size.</summary>
    public static string Write(LogEntry entry, Hash? salt, long index, IReadOnlyList<Hash> path, string note)
    {
        // In one piece: every booking of a rush has one.
        var extra = entry.Text.Length + 1 + (salt is null ? 0 : Hash.TextLength + 1);
        var length = Header.Length + 1 + ExtraMark.Length + CanonicalBase64.LengthOf(extra) + 1 + IndexMark.Length + DigitsOf(index) + 1 + (path.Count * (HashLine + 1)) + 1 + note.Length;
        return string.Create(length, (entry.Text, salt, index, path, note, extra), static (text, r) =>
        {
            Span<byte> bytes = stackalloc byte[Math.Max(r.extra, Hash.Size)];
            _ = r.salt is { } salt ? Utf8.TryWrite(bytes, CultureInfo.InvariantCulture, $"{r.Text}\n{salt}\n", out _) : Utf8.TryWrite(bytes, $"{r.Text}\n", out _);
            text.TryWrite(CultureInfo.InvariantCulture, $"{Header}\n{ExtraMark}", out var at);
            at += CanonicalBase64.Encode(bytes[..r.extra], text[at..]);
            text[at..].TryWrite(CultureInfo.InvariantCulture, $"\n{IndexMark}{r.index}\n", out var written);
            at += written;
            for (var i = 0; i < r.path.Count; i++)
            {
                r.path[i].CopyTo(bytes);
                at += CanonicalBase64.Encode(bytes[..Hash.Size], text[at..]);
                text[at++] = '\n';
            }

            text[at++] = '\n';
            r.note.CopyTo(text[at..]);
        });
    }

    private static int DigitsOf(long number)
    {
        Span<char> digits = stackalloc char[20];
        number.TryFormat(digits, out var written, provider: CultureInfo.InvariantCulture);
        return written;
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
