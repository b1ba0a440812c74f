using System.Text;
using WeChatMask.Domain;

namespace WeChatMask.Conversation;

/// <summary>
/// A message as it is compared: only its letters and digits, in one spelling. A booking number with a right check digit is taken
/// out of the words; else it says what a long run of digits looks like.
/// </summary>
public sealed record TypedText(string Words, string? Number, SuspectNumber Suspect)
{
    // Longer messages are stories; their beginning says enough, and comparing stays cheap.
    private const int MostCharacters = 200;

    // 17 digits stand before a final X; old numbers have 15.
    private const int LeastIdentityDigits = 15;
    private const int MostIdentityDigits = 18;

    /// <summary>Whether it holds no letter and no digit: an emoji, a question mark.</summary>
    public bool IsEmpty => Words.Length == 0 && Number is null;

    public static TypedText Of(string? typed)
    {
        var words = Normalise(typed);
        var suspect = SuspectNumber.None;
        for (var from = 0; from < words.Length; from++)
        {
            if (!char.IsAsciiDigit(words[from])) continue;
            var to = from;
            while (to < words.Length && char.IsAsciiDigit(words[to])) to++;
            var digits = words[from..to];
            if (BookingNumber.TryParse(digits, out var number)) return new TypedText(words.Remove(from, to - from), number, SuspectNumber.None);
            if (suspect == SuspectNumber.None) suspect = Judge(digits);
            from = to;
        }

        return new TypedText(words, null, suspect);
    }

    private static SuspectNumber Judge(string digits) => digits.Length switch
    {
        // With the country's code before it, it is as personal.
        >= BookingNumber.Length when MobileNumber.TryParse(digits) is not null => SuspectNumber.Personal,
        >= LeastIdentityDigits and <= MostIdentityDigits => SuspectNumber.Personal,
        (>= BookingNumber.Length - 1) and (<= BookingNumber.Length + 1) => SuspectNumber.Booking,
        _ => SuspectNumber.None,
    };

    /// <summary>Letters and digits only, half-width and small.</summary>
    public static string Normalise(string? typed)
    {
        if (typed is null) return "";
        var text = typed.Length > MostCharacters ? typed[..MostCharacters] : typed;
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Half of a pair, as a cut may leave it, cannot be normalised.
            if (rune == Rune.ReplacementChar) continue;
            // Digits of every script are what the forms take, too.
            foreach (var c in Folding.Digit(rune) is { } digit ? digit.ToString() : rune.ToString().Normalize(NormalizationForm.FormKC))
            {
                if (char.IsLetterOrDigit(c)) kept.Append(char.ToLowerInvariant(c));
            }
        }

        return kept.ToString();
    }
}

/// <summary>A run of digits that is no booking number but close to something a person means.</summary>
public enum SuspectNumber
{
    None,

    /// <summary>Nearly a booking number.</summary>
    Booking,

    /// <summary>Like an identity or a mobile number, which does not belong into a chat.</summary>
    Personal,
}
