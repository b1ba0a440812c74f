namespace WeChatMask.Domain;

/// <summary>The document whose number a person is known by. All but the first only where the policy takes them.</summary>
public enum DocumentType
{
    /// <summary>Any card with 18 characters of GB 11643: residents, the residence permits, the foreigner's card of today.</summary>
    IdentityCard,

    /// <summary>A passport of any country.</summary>
    Passport,

    /// <summary>The mainland travel permit of a Hong Kong or Macao resident: H or M and eight digits; older ones add two that count reissues.</summary>
    HomeReturnPermit,

    /// <summary>The mainland travel permit of a Taiwan resident: eight digits; older ones add two that count reissues, and a letter.</summary>
    TaiwanPermit,

    /// <summary>The foreigner's permanent residence card of before December 2023: a country's three letters and twelve digits.</summary>
    PermanentResidence,
}

/// <summary>The form of the numbers of documents that are no 18-character cards. None of them carries a check that is public.</summary>
internal static class DocumentNumbers
{
    private const int ShortestPassport = 5;
    private const int LongestPassport = 15;
    private const int PermitDigits = 8;
    private const int ReissueDigits = 2;
    private const int CountryLetters = 3;
    private const int CardDigits = 12;

    /// <summary>The number in its one spelling, the same for a reissued permit, or null when it has not its document's form.</summary>
    public static string? Read(DocumentType type, string folded) => type switch
    {
        DocumentType.Passport => IsPassport(folded) ? folded : null,
        DocumentType.HomeReturnPermit => folded is ['H' or 'M', .. var digits] && IsPermit(digits) ? folded[..(PermitDigits + 1)] : null,
        DocumentType.TaiwanPermit => IsPermit(folded is [.. var old, >= 'A' and <= 'Z'] && old.Length == PermitDigits + ReissueDigits ? old : folded) ? folded[..PermitDigits] : null,
        DocumentType.PermanentResidence => IsPermanentResidence(folded) ? folded : null,
        _ => null,
    };

    private static bool IsPassport(string text) =>
        text.Length is >= ShortestPassport and <= LongestPassport && text.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c)) && text.Any(char.IsAsciiDigit);

    private static bool IsPermit(string digits) => digits.Length is PermitDigits or PermitDigits + ReissueDigits && Folding.AreDigits(digits);

    private static bool IsPermanentResidence(string text) => text.Length == CountryLetters + CardDigits
        && text[..CountryLetters].All(char.IsAsciiLetterUpper) && Folding.AreDigits(text.AsSpan(CountryLetters));
}
