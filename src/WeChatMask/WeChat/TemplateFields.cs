using System.Globalization;

namespace WeChatMask.WeChat;

/// <summary>Values of a template's fields, cut to what the platform takes: one that is too long makes it refuse the whole message (47003).</summary>
/// <remarks>A field's kind is the part of its name before the digits: <c>thing1</c>, <c>character_string2</c>.</remarks>
public static class TemplateFields
{
    public static string Fit(string field, string value) => field.TrimEnd("0123456789".ToCharArray()) switch
    {
        "thing" => Cut(value, 20),
        "character_string" => Cut(Only(value, c => c is > ' ' and <= '~'), 32),
        "number" => Cut(Only(value, c => char.IsAsciiDigit(c) || c is '.' or '-'), 32),
        "letter" => Cut(Only(value, char.IsAsciiLetter), 32),
        "symbol" => Cut(value, 5),
        "phone_number" => Cut(Only(value, c => char.IsAsciiDigit(c) || c is '+' or '-'), 17),
        "car_number" => Cut(value, 8),
        "phrase" => Cut(value, 5),
        // Ten Chinese letters, or twenty of another alphabet.
        "name" => Cut(value, value.All(char.IsAscii) ? 20 : 10),
        _ => value,
    };

    private static string Only(string value, Func<char, bool> fits) => string.Concat(value.Where(fits));

    // By what a reader counts as a letter, so that no emoji is cut in half.
    private static string Cut(string value, int most)
    {
        var letters = new StringInfo(value);
        return letters.LengthInTextElements <= most ? value : $"{letters.SubstringByTextElements(0, most - 1)}\u2026";
    }
}
