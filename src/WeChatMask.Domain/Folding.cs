using System.Globalization;
using System.Text;

namespace WeChatMask.Domain;

/// <summary>
/// One spelling for what people type, paste, dictate and scan. Every form, call, message and counter reads through it, so that a
/// rule sees what was meant and not which keyboard wrote it.
/// </summary>
/// <remarks>
/// What separates or cannot be seen is told by its Unicode category, not by a list: there are some eighty such characters, and a
/// telephone's address book alone puts three of them around a number.
/// </remarks>
public static class Folding
{
    /// <summary>Nothing here is longer than a voucher read three times in one pull; a pasted book is not copied.</summary>
    public const int LongestInput = 1000;

    private const int MostReadings = 3;
    private const int AimLength = 3;

    /// <summary>How a shifted, full-width or Chinese keyboard writes the full stop.</summary>
    private const string Stops = ".\u3002\uFF61\uFF0E\uFE52\u2024\u00B7\u2022\u30FB\uFF65\u2027\u2219\u22C5";

    /// <summary>The X of an identity number as other keyboards, alphabets and lists of signs have it; the full-width and the Roman one are compatibility forms of X.</summary>
    private const string Crosses = "\u00D7\u03A7\u03C7\u0425\u0445\u2715\u2716\u2717\u2718\u2573\u2613\u274C\u274E\u2A09\u2A2F";

    /// <summary>Signs that group digits, beside those whose category says so.</summary>
    private const string Grouping = ".,'\"`:;/|\u3002\u3001\u00B7\u2022\u30FB\u2027\u2219\u22C5\u2212\u02D7\u30FC\u2500\u2501\u00B4\u02CA";

    /// <summary>Dictated and written digits, by value; the eleventh is how one is said on the telephone.</summary>
    private const string HanDigits = "\u3007\u4E00\u4E8C\u4E09\u56DB\u4E94\u516D\u4E03\u516B\u4E5D\u5E7A";

    private const char HanZero = '\u96F6';

    private const char HeavyPlus = '\u2795';

    /// <summary>
    /// A number as its rule reads it: digits of every script as 0 to 9, letters as capitals, the X in one shape, the plus sign; what
    /// groups, separates or cannot be seen is left out. Null when longer than any typed number.
    /// </summary>
    public static string? Number(string? text)
    {
        if (text is null) return "";
        if (text.Length > LongestInput) return null;
        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Digit(rune) is { } digit) folded.Append(digit);
            else if (IsCross(rune)) folded.Append('X');
            else if (HanDigit(rune) is { } said) folded.Append(said);
            else if (rune.Value == HeavyPlus) folded.Append('+');
            else if (!Groups(rune)) AppendCapitals(folded, rune, IsGroup);
        }

        return folded.ToString();
    }

    /// <summary>
    /// A scanned code as it was printed: capitals, digits, full stops and hyphens in one spelling, without the marks that scanners put
    /// before and after it, and once where one pull sent it several times. Null when longer than any code.
    /// </summary>
    public static string? Code(string? text)
    {
        if (text is null) return "";
        if (text.Length > LongestInput) return null;
        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Digit(rune) is { } digit) folded.Append(digit);
            else if (Stops.Contains((char)rune.Value, StringComparison.Ordinal) && rune.IsBmp) folded.Append('.');
            else if (IsDash(rune)) folded.Append('-');
            // A Chinese keyboard writes its own bracket where the scanner's symbology mark begins.
            else if (rune.Value is 0x3011 or 0x300D or 0x300F or 0xFF63) folded.Append(']');
            else if (!IsBlank(rune) && !IsUnseen(rune)) AppendCapitals(folded, rune, char.IsWhiteSpace);
        }

        return WithoutAim(Once(folded.ToString()));
    }

    /// <summary>A number of that many characters which one pull of the scanner, or of the card reader, sent several times: once.</summary>
    public static string Once(string text, int length) =>
        text.Length > length && text.Length <= length * MostReadings && text.Length % length == 0 && Repeats(text, length) ? text[..length] : text;

    /// <summary>The digit 0 to 9 that a character stands for in whatever script or shape, or null.</summary>
    public static char? Digit(Rune rune)
    {
        if (rune.Value <= '9') return rune.Value >= '0' ? (char)rune.Value : null;
        if (rune.IsAscii) return null;
        var value = CharUnicodeInfo.GetDigitValue(rune.ToString(), 0);
        return value < 0 ? null : (char)('0' + value);
    }

    /// <summary>Whether every character is one of 0 to 9, as they are after folding.</summary>
    public static bool AreDigits(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character)) return false;
        }

        return true;
    }

    /// <summary>Blanks of every width, tabs, line ends and what scanners send around a code, with the letters and signs that show nothing.</summary>
    internal static bool IsBlank(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800;

    /// <summary>Direction marks, joiners, byte order marks, and what only chooses the shape of the character before it.</summary>
    internal static bool IsUnseen(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        || rune.Value is 0x034F or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    internal static bool IsDash(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DashPunctuation || rune.Value is 0x2212 or 0x02D7;

    private static bool IsCross(Rune rune) => rune.IsBmp && Crosses.Contains((char)rune.Value, StringComparison.Ordinal);

    private static bool Groups(Rune rune) => IsBlank(rune) || IsUnseen(rune) || IsGroup(rune);

    private static bool IsGroup(char character) => Rune.TryCreate(character, out var rune) && Groups(rune);

    private static bool IsGroup(Rune rune) => (rune.IsBmp && Grouping.Contains((char)rune.Value, StringComparison.Ordinal)) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.DashPunctuation or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
        or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static char? HanDigit(Rune rune)
    {
        if (!rune.IsBmp) return null;
        if (rune.Value == HanZero) return '0';
        return HanDigits.IndexOf((char)rune.Value, StringComparison.Ordinal) is >= 0 and var value ? (char)('0' + (value % 10 == 0 && value > 0 ? 1 : value)) : null;
    }

    // The compatibility form gives full-width, circled and bold letters and signs their plain shape.
    private static void AppendCapitals(StringBuilder folded, Rune rune, Func<char, bool> isLeftOut)
    {
        if (rune.IsAscii)
        {
            folded.Append(char.ToUpperInvariant((char)rune.Value));
            return;
        }

        foreach (var character in Plain(rune))
        {
            if (!isLeftOut(character)) folded.Append(char.ToUpperInvariant(character));
        }
    }

    // What no Unicode has assigned cannot be normalised everywhere, and stays to be refused.
    internal static string Plain(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
        ? rune.ToString()
        : rune.ToString().Normalize(NormalizationForm.FormKC);

    private static string Once(string text)
    {
        for (var readings = MostReadings; readings > 1; readings--)
        {
            // Shorter than any number of ours, a repetition is one by chance.
            if (text.Length % readings == 0 && text.Length / readings >= BookingNumber.Length && Repeats(text, text.Length / readings)) return text[..(text.Length / readings)];
        }

        return text;
    }

    private static bool Repeats(string text, int length)
    {
        for (var i = length; i < text.Length; i++)
        {
            if (text[i] != text[i - length]) return false;
        }

        return true;
    }

    // ISO/IEC 15424: a scanner may say which kind of code it read, as "]Q1" or "]C1".
    private static string WithoutAim(string code) =>
        code.Length > AimLength && code[0] == ']' && char.IsAsciiLetter(code[1]) && char.IsAsciiLetterOrDigit(code[2]) ? code[AimLength..] : code;
}
