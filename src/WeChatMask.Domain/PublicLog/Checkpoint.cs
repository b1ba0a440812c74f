using System.Globalization;
using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>What a log says of itself: the origin, how many entries there are, and their root.</summary>
public sealed record Checkpoint(string Origin, long Size, Hash Root)
{
    private const int CodeLength = 12;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The three lines that are signed.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{CanonicalBase64.Encode(Root)}\n");

    /// <summary>60 bits by which people compare two checkpoints of one size, as <c>5464-3DUL-F4HS</c>.</summary>
    public string Code
    {
        get
        {
            var bits = Hash.Of(Encoding.UTF8.GetBytes("wechatmask code v1\n" + Text)).ToBytes();
            var code = new StringBuilder(CodeLength + 2);
            for (var i = 0; i < CodeLength; i++)
            {
                if (i is 4 or 8) code.Append('-');
                var at = 5 * i;
                var pair = (bits[at / 8] << 8) | bits[(at / 8) + 1];
                code.Append(Base32[(pair >> (11 - (at % 8))) & 31]);
            }

            return code.ToString();
        }
    }

    /// <summary>Reads three lines, each of its one form; more are refused too.</summary>
    public static Checkpoint? TryParse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length != 4 || lines[0].Length == 0 || lines[3].Length > 0) return null;
        if (!EntryFields.IsNumber(lines[1]) || !CanonicalBase64.TryDecode(lines[2], out var root)) return null;
        return new Checkpoint(lines[0], long.Parse(lines[1], CultureInfo.InvariantCulture), root);
    }
}
