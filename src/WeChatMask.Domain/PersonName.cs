using System.Text;

namespace WeChatMask.Domain;

/// <summary>Why a text is not a person's name, so that the form can say what to look at again.</summary>
public enum PersonNameFault
{
    None,
    Empty,

    /// <summary>Longer than any name on a card.</summary>
    TooLong,

    /// <summary>A character no name has: a digit, markup, a control character, an emoji, half of a surrogate pair.</summary>
    Characters,

    /// <summary>A dot, hyphen or apostrophe that does not stand between two letters.</summary>
    Punctuation,
}

/// <summary>A person's name as the card shows it; the clerk compares the two by eye.</summary>
/// <remarks>
/// Letters of every script are taken, with the ideographs of the extension planes that only rare names use, since
/// a person cannot choose another name for a form. What could change the meaning of a page, a list or a message
/// around the name is refused: markup, control and direction characters, invisible letters.
/// </remarks>
public sealed record PersonName
{
    /// <summary>In UTF-16 units. Cards print some thirty characters at most; the rest is room for surrogate pairs.</summary>
    public const int MaxLength = 40;

    /// <summary>The dot between the parts of Uyghur, Kazakh, Tibetan and foreign names on Chinese cards.</summary>
    private const char MiddleDot = '\u00B7';

    private const char Bullet = '\u2022';

    private const char HyphenationPoint = '\u2027';

    private const char RightSingleQuote = '\u2019';

    private const char NoBreakSpace = '\u00A0';

    private const char IdeographicSpace = '\u3000';

    /// <summary>Used in given names, yet Unicode counts it among the letter-like numbers.</summary>
    private const int IdeographicZero = 0x3007;

    private PersonName(string value) => Value = value;

    /// <summary>The name in one spelling: trimmed, one blank at a time, one kind of middle dot. Personal: never logged.</summary>
    public string Value { get; }

    public static PersonName? TryParse(string? text) => TryParse(text, out _);

    public static PersonName? TryParse(string? text, out PersonNameFault fault)
    {
        var name = new StringBuilder(MaxLength);
        var blankBefore = false;
        var afterLetter = false;

        // A lone surrogate comes out of the enumeration as U+FFFD, which is no letter.
        foreach (var rune in (text ?? string.Empty).EnumerateRunes())
        {
            if (IsBlank(rune))
            {
                blankBefore = name.Length > 0;
                continue;
            }

            var connector = Connector(rune);
            if (connector is null && !IsLetter(rune))
                return Refuse(PersonNameFault.Characters, out fault);
            if (connector is null ? blankBefore && !afterLetter : blankBefore || !afterLetter)
                return Refuse(PersonNameFault.Punctuation, out fault);

            if (blankBefore)
                name.Append(' ');
            name.Append(connector?.ToString() ?? rune.ToString());
            blankBefore = false;
            afterLetter = connector is null;
            if (name.Length > MaxLength)
                return Refuse(PersonNameFault.TooLong, out fault);
        }

        if (name.Length == 0)
            return Refuse(PersonNameFault.Empty, out fault);
        if (!afterLetter)
            return Refuse(PersonNameFault.Punctuation, out fault);

        fault = PersonNameFault.None;
        return new PersonName(name.ToString());
    }

    /// <summary>The masked name: records find their way into logs, and this one must not carry a person there.</summary>
    public override string ToString() => Masking.Name(Value);

    private static PersonName? Refuse(PersonNameFault reason, out PersonNameFault fault)
    {
        fault = reason;
        return null;
    }

    /// <summary>Chinese keyboards give the wide blank, web pages the one that does not break; tabs and line ends are refused.</summary>
    private static bool IsBlank(Rune rune) => rune.Value is ' ' or NoBreakSpace or IdeographicSpace;

    /// <summary>The one spelling of a sign that joins two letters, or null when the rune is none.</summary>
    private static char? Connector(Rune rune) => rune.Value switch
    {
        MiddleDot or Bullet or HyphenationPoint => MiddleDot,
        '-' => '-',
        // Telephones turn the typed apostrophe into the quotation mark.
        '\'' or RightSingleQuote => '\'',
        _ => null,
    };

    private static bool IsLetter(Rune rune) => rune.Plane switch
    {
        0 => rune.Value == IdeographicZero || (Rune.IsLetter(rune) && !IsInvisible(rune)),
        // Unicode keeps planes 2 and 3 for ideographs. New blocks are taken before the runtime's tables know them;
        // the last two code points of each plane are no characters.
        2 or 3 => (rune.Value & 0xFFFF) < 0xFFFE,
        // Plane 1 has dead scripts, mathematical letters and emoji: no card shows them.
        _ => false,
    };

    /// <summary>The Hangul fillers count as letters but show nothing, so that a name of them looks empty.</summary>
    private static bool IsInvisible(Rune rune) => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0;
}
