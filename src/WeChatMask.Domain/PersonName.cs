using System.Globalization;
using System.Text;

namespace WeChatMask.Domain;

/// <summary>Why a text is not a person's name, so that the form can say what to look at again.</summary>
public enum PersonNameFault
{
    None,
    Empty,

    /// <summary>Longer than any name on a card.</summary>
    TooLong,

    /// <summary>A character no name has: a digit, markup, an emoji, half of a surrogate pair, one that nobody has assigned; or no letter at all.</summary>
    Characters,

    /// <summary>A dot, hyphen or apostrophe that does not stand between two letters.</summary>
    Punctuation,
}

/// <summary>A person's name as the card shows it; the clerk compares the two by eye.</summary>
/// <remarks>
/// Letters of every script are taken with their marks, and the ideographs of the extension planes that only rare names use, since
/// a person cannot choose another name for a form. What could change the meaning of a page, a list or a message around the name is
/// refused (markup) or left out (what cannot be seen).
/// </remarks>
public sealed record PersonName
{
    /// <summary>In letters, each with its marks. Passports print some sixty at most.</summary>
    public const int MostLetters = 64;

    /// <summary>In UTF-16 units, marks and blanks included; also what a field takes.</summary>
    public const int LongestInput = 600;

    // Burmese stacks six; more is a drawing.
    private const int MostMarks = 6;

    /// <summary>The dot between the parts of Uyghur, Kazakh, Tibetan and foreign names on Chinese cards.</summary>
    private const char MiddleDot = '\u00B7';

    /// <summary>The dot as keyboards, telephones and older systems write it: bullets, operators, Katakana's, ano teleia, and two letters made for it.</summary>
    private const string Dots = "\u00B7\u2022\u2027\u2219\u22C5\u30FB\uFF65\u0387\u2981\u25CF\u25E6\u2E31\u2E33\u2E30\uA78F\u1427\u16EB\u02D9\u2024\u2E3C";

    /// <summary>A full stop is that dot only where it stands between Han letters.</summary>
    private const string Stops = ".\uFF0E\uFE52\u3002\uFF61";

    /// <summary>Telephones turn the typed apostrophe into a quotation mark; other keyboards have accents and primes in its place.</summary>
    private const string Apostrophes = "'\u2019\u2018\u201B\u02BC\u02B9\u2032\u00B4`\uFF07\u055A\u05F3";

    /// <summary>Between the syllables of a Tibetan name, and after the last.</summary>
    private const char Tsheg = '\u0F0B';

    private const char TshegNoBreak = '\u0F0C';

    /// <summary>Used in given names, yet Unicode counts it among the letter-like numbers.</summary>
    private const int IdeographicZero = 0x3007;

    private PersonName(string value) => Value = value;

    /// <summary>
    /// The name in one spelling: composed, one kind of dot, hyphen and apostrophe, no blank between Han letters and one at a time
    /// elsewhere. Personal: never logged.
    /// </summary>
    public string Value { get; }

    public static PersonName? TryParse(string? text) => TryParse(text, out _);

    public static PersonName? TryParse(string? text, out PersonNameFault fault)
    {
        if (text is { Length: > LongestInput }) return Refuse(PersonNameFault.TooLong, out fault);
        if (Spell(text ?? "") is not { } runes) return Refuse(PersonNameFault.Characters, out fault);
        if (runes.Count == 0) return Refuse(PersonNameFault.Empty, out fault);
        var name = new StringBuilder(text!.Length);
        fault = Join(runes, name);
        if (fault != PersonNameFault.None) return null;
        var letters = StringInfo.ParseCombiningCharacters(name.ToString()).Length;
        return letters > MostLetters ? Refuse(PersonNameFault.TooLong, out fault) : new PersonName(name.ToString());
    }

    /// <summary>The masked name: records find their way into logs, and this one must not carry a person there.</summary>
    public override string ToString() => Masking.Name(Value);

    private static PersonName? Refuse(PersonNameFault reason, out PersonNameFault fault)
    {
        fault = reason;
        return null;
    }

    /// <summary>The typed characters in one spelling each, composed, blanks in place; null when one is of no name.</summary>
    private static List<Rune>? Spell(string text)
    {
        var spelled = new StringBuilder(text.Length);
        // A lone surrogate comes out of the enumeration as U+FFFD, which is no letter.
        foreach (var typed in text.EnumerateRunes())
        {
            var rune = PrivateUseHan.Of(typed);
            // No keyboard, address book or scanner sends it: something else was meant to be read than what is shown.
            if (rune.Value == 0) return null;
            if (Folding.IsUnseen(rune)) continue;
            if (Folding.IsBlank(rune)) spelled.Append(' ');
            else if (Sign(rune) is { } sign) spelled.Append(sign);
            else if (Letters(rune) is { } letters) spelled.Append(letters);
            else return null;
        }

        return [.. spelled.ToString().Trim().Normalize(NormalizationForm.FormC).EnumerateRunes()];
    }

    /// <summary>The one spelling of a sign that joins letters, or null when the rune is none.</summary>
    private static char? Sign(Rune rune)
    {
        if (!rune.IsBmp) return null;
        var sign = (char)rune.Value;
        if (Dots.Contains(sign, StringComparison.Ordinal)) return MiddleDot;
        if (Stops.Contains(sign, StringComparison.Ordinal)) return '.';
        if (Apostrophes.Contains(sign, StringComparison.Ordinal)) return '\'';
        if (sign is Tsheg or TshegNoBreak) return Tsheg;
        return Folding.IsDash(rune) ? '-' : null;
    }

    // Only the width and the shape that old systems and copied documents give a letter are undone, not what makes it another letter.
    private static string? Letters(Rune rune)
    {
        if (IsLetter(rune) || IsMark(rune)) return IsWide(rune) ? Folding.Plain(rune) : rune.ToString();
        return IsRadical(rune) && Folding.Plain(rune) is var plain && plain != rune.ToString() ? plain : null;
    }

    private static bool IsWide(Rune rune) => rune.Value is >= 0xFF00 and <= 0xFFEF;

    /// <summary>The radicals as signs of their own, which pages copied out of a PDF have in place of the letters.</summary>
    private static bool IsRadical(Rune rune) => rune.Value is >= 0x2E80 and <= 0x2FDF;

    /// <summary>Puts the name together and says whether its signs and marks stand where they belong.</summary>
    private static PersonNameFault Join(List<Rune> runes, StringBuilder name)
    {
        Rune? letter = null;
        var (sign, blank, marks, hasLetter) = (default(char?), false, 0, false);
        foreach (var rune in runes)
        {
            if (rune.Value == ' ')
            {
                blank = true;
                continue;
            }

            if (IsMark(rune))
            {
                if (letter is not { } bearer || sign is not null || blank || IsHan(bearer) || ++marks > MostMarks) return PersonNameFault.Characters;
                name.Append(rune.ToString());
                continue;
            }

            if (rune.Value is MiddleDot or '.' or '\'' or '-' or Tsheg)
            {
                if (letter is null || sign is not null) return PersonNameFault.Punctuation;
                (sign, blank) = ((char)rune.Value, false);
                continue;
            }

            if (sign == '.')
            {
                if (!IsHan(letter!.Value) || !IsHan(rune)) return PersonNameFault.Characters;
                sign = MiddleDot;
            }

            if (sign is not null) name.Append(sign);
            else if (blank && !(IsHan(letter!.Value) && IsHan(rune))) name.Append(' ');
            name.Append(rune.ToString());
            hasLetter |= Rune.GetUnicodeCategory(rune) != UnicodeCategory.ModifierLetter;
            (letter, sign, blank, marks) = (rune, null, false, 0);
        }

        if (sign == '.') return PersonNameFault.Characters;
        if (sign is not null and not Tsheg) return PersonNameFault.Punctuation;
        return hasLetter ? PersonNameFault.None : PersonNameFault.Characters;
    }

    private static bool IsMark(Rune rune) => !Folding.IsUnseen(rune)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        // Those of signs and symbols belong to no script.
        && rune.Value is not (>= 0x20D0 and <= 0x20FF);

    private static bool IsLetter(Rune rune) => rune.Plane switch
    {
        0 => rune.Value == IdeographicZero || (Rune.IsLetter(rune) && !Folding.IsBlank(rune)),
        // Mathematical letters are signs; the rest of plane 1 has scripts that people write, Miao and Adlam among them.
        1 => Rune.IsLetter(rune) && rune.Value is not ((>= 0x1D400 and <= 0x1D7FF) or (>= 0x1EE00 and <= 0x1EEFF)),
        _ => IsExtensionHan(rune.Value),
    };

    /// <summary>The letters among which a blank means nothing.</summary>
    private static bool IsHan(Rune rune) => rune.Value
        is IdeographicZero or 0x3005 or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF)
        || IsExtensionHan(rune.Value);

    /// <summary>The ideographs of planes 2 and 3 as far as they are assigned; the newest before the runtime's own tables know them.</summary>
    private static bool IsExtensionHan(int value) => value
        is (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81D) or (>= 0x2B820 and <= 0x2CEAD)
        or (>= 0x2CEB0 and <= 0x2EBE0) or (>= 0x2EBF0 and <= 0x2EE5D) or (>= 0x2F800 and <= 0x2FA1D)
        or (>= 0x30000 and <= 0x3134A) or (>= 0x31350 and <= 0x323AF) or (>= 0x323B0 and <= 0x33479);
}
