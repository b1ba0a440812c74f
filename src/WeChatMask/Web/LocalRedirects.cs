using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace WeChatMask.Web;

/// <summary>The one place where a path of this site becomes a header: whatever is in it, the header can carry it.</summary>
public static class LocalRedirects
{
    private const string Kept = "-._~:/?#[]@!$&'()*+,;=";

    public static RedirectHttpResult To(string path) => TypedResults.LocalRedirect(Encoded(path));

    /// <summary>The same for pages.</summary>
    public static LocalRedirectResult PageTo(string path) => new(Encoded(path));

    /// <summary>As it stands in a header. What is written as %xx stays as it is, half of a character becomes the sign for one that cannot be shown.</summary>
    internal static string Encoded(string path)
    {
        var text = new StringBuilder(path.Length);
        var index = 0;
        foreach (var rune in path.EnumerateRunes())
        {
            var isKept = rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || Kept.Contains((char)rune.Value, StringComparison.Ordinal) || IsEscape(path, index));
            if (isKept) text.Append((char)rune.Value);
            else Escape(text, rune);
            index += rune.Utf16SequenceLength;
        }

        return text.ToString();
    }

    private static bool IsEscape(string path, int index) =>
        path[index] == '%' && index + 2 < path.Length && char.IsAsciiHexDigit(path[index + 1]) && char.IsAsciiHexDigit(path[index + 2]);

    private static void Escape(StringBuilder text, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var part in bytes[..rune.EncodeToUtf8(bytes)]) text.Append('%').Append(part.ToString("X2", CultureInfo.InvariantCulture));
    }
}
