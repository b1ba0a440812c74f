namespace WeChatMask.Domain;

/// <summary>
/// Reads numbers the way people type and paste them: grouped by blanks or hyphens. Only the ASCII blank and
/// the ASCII hyphen are separators; every other character is left for the number's own rule to refuse.
/// </summary>
internal static class TypedDigits
{
    /// <summary>
    /// No number here is longer than 18 characters; four times that leaves room for any grouping and keeps
    /// a pasted book from being copied.
    /// </summary>
    private const int LongestInput = 72;

    /// <summary>The text without separators, or null when it is longer than any typed number.</summary>
    public static string? WithoutSeparators(string? text)
    {
        if (text is null)
            return string.Empty;
        if (text.Length > LongestInput)
            return null;

        Span<char> kept = stackalloc char[text.Length];
        var length = 0;
        foreach (var character in text)
        {
            if (character is not (' ' or '-'))
                kept[length++] = character;
        }

        return new string(kept[..length]);
    }

    /// <summary>True when every character is one of 0 to 9; full-width and Arabic-Indic digits are not.</summary>
    public static bool AreAllAscii(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
                return false;
        }

        return true;
    }
}
