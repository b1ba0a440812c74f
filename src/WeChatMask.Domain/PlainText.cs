using System.Globalization;
using System.Text;

namespace WeChatMask.Domain;

/// <summary>What may stand in a text that people write for others to read: what can be seen, and nothing that files, pages or messages cannot hold.</summary>
public static class PlainText
{
    /// <summary>The first character that cannot be shown, or null: controls, line breaks too, marks that turn the writing's direction, halves of a character, and what will never be one.</summary>
    public static ControlCharacter? FirstControl(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune)) return new ControlCharacter(text[i], i + 1);
            if (IsControl(rune)) return new ControlCharacter(rune.Value, i + 1);
            if (rune.Utf16SequenceLength == 2) i++;
        }

        return null;
    }

    private static bool IsControl(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or (>= 0xFDD0 and <= 0xFDEF)
        || (rune.Value & 0xFFFE) == 0xFFFE;
}

/// <summary>A character that cannot be shown, and where it stands, counted from 1.</summary>
public readonly record struct ControlCharacter(int Value, int Position)
{
    /// <summary>As U+0007.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"U+{Value:X4}");
}
