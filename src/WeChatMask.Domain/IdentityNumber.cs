using System.Globalization;

namespace WeChatMask.Domain;

/// <summary>Why a text is not an identity number, so that the form can say which part to look at again.</summary>
public enum IdentityNumberFault
{
    None,
    Length,

    /// <summary>The 15-digit number of the first-generation cards, which ended on 2013-01-01; the card at hand shows 18.</summary>
    OldForm15,

    /// <summary>Something other than 17 digits and a digit or X, in whatever script or width.</summary>
    Characters,

    /// <summary>The first digits name no province that ever issued numbers.</summary>
    Province,

    /// <summary>The birth date does not exist or lies before 1900.</summary>
    BirthDate,
    FutureBirth,

    /// <summary>Not the form of the numbers of such a document.</summary>
    Form,

    /// <summary>The last character does not fit the others: a slip of the finger or an invented number.</summary>
    CheckDigit,
}

/// <summary>
/// A number of GB 11643-1999 as an 18-character card shows it: a resident's identity card, the residence permit
/// of a Hong Kong, Macao or Taiwan resident (areas 810000, 820000, 830000), or the permanent resident card of a
/// foreigner (9, province, country, from 2023-12-01). All carry the same birth date and check character.
/// </summary>
/// <remarks>
/// A right number does not prove that the person exists; only the authority can say so. The six area digits are
/// not looked up: codes of abolished areas stay valid for life, and they tell where the number was first issued,
/// never where the person lives.
/// </remarks>
public sealed record IdentityNumber
{
    /// <summary>Area 6, birth 8, sequence 3, check 1.</summary>
    public const int FullLength = 18;

    private const int OldLength = 15;

    private const int BirthStart = 6;

    private const int BirthLength = 8;

    /// <summary>Nobody alive was born earlier; a smaller year is a slip of the finger.</summary>
    private const int FirstBirthYear = 1900;

    /// <summary>GB 11643-1999: weights of the first seventeen digits, the powers of 2 modulo 11.</summary>
    private static ReadOnlySpan<byte> Weights => [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>GB 11643-1999: the check character by the weighted sum modulo 11 (ISO 7064 MOD 11-2).</summary>
    private const string CheckCharacters = "10X98765432";

    private IdentityNumber(string value, DocumentType type = DocumentType.IdentityCard) => (Value, Type) = (value, type);

    public DocumentType Type { get; }

    /// <summary>What is hashed to know the person again: the number, and for other documents than cards their kind before it, since their numbers may be alike. Personal too.</summary>
    public string Key => Type == DocumentType.IdentityCard ? Value : $"{Type}:{Value}";

    /// <summary>All 18 characters, the X in upper case. Personal: to be encrypted at rest, hashed with a key, never logged.</summary>
    public string Value { get; }

    public static IdentityNumber? TryParse(string? text, DateOnly today) => TryParse(text, today, out _);

    /// <summary>Reads the number of whatever document; of a card as below.</summary>
    public static IdentityNumber? TryParse(DocumentType type, string? text, DateOnly today, out IdentityNumberFault fault)
    {
        if (type == DocumentType.IdentityCard) return TryParse(text, today, out fault);
        var number = DocumentNumbers.Read(type, Folding.Number(text) ?? "");
        fault = number is null ? IdentityNumberFault.Form : IdentityNumberFault.None;
        return number is null ? null : new IdentityNumber(number, type);
    }

    /// <summary>
    /// Reads a typed number, or gives null and the first fault, in the order a reader would find it. <see cref="Folding.Number"/> says
    /// what does not count. Nobody is born after today in the city's zone.
    /// </summary>
    public static IdentityNumber? TryParse(string? text, DateOnly today, out IdentityNumberFault fault)
    {
        var typed = Folding.Once(Folding.Number(text) ?? "", FullLength).AsSpan();
        fault = ShapeFault(typed);
        if (fault != IdentityNumberFault.None)
            return null;

        fault = BirthFault(typed.Slice(BirthStart, BirthLength), today);
        if (fault != IdentityNumberFault.None)
            return null;

        var check = CheckCharacter(typed[..^1]);
        if (typed[^1] != check)
        {
            fault = IdentityNumberFault.CheckDigit;
            return null;
        }

        return new IdentityNumber(typed.ToString());
    }

    /// <summary>The masked number: records find their way into logs, and this one must not carry a person there.</summary>
    public override string ToString() => Masking.Document(Value);

    private static IdentityNumberFault ShapeFault(ReadOnlySpan<char> typed)
    {
        if (typed.Length == OldLength && Folding.AreDigits(typed))
            return IdentityNumberFault.OldForm15;
        if (typed.Length != FullLength)
            return IdentityNumberFault.Length;
        if (!Folding.AreDigits(typed[..^1]) || !(char.IsAsciiDigit(typed[^1]) || typed[^1] == 'X'))
            return IdentityNumberFault.Characters;
        return IsIssuedBySomeProvince(typed) ? IdentityNumberFault.None : IdentityNumberFault.Province;
    }

    private static IdentityNumberFault BirthFault(ReadOnlySpan<char> digits, DateOnly today)
    {
        if (!DateOnly.TryParseExact(digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var birthDate)
            || birthDate.Year < FirstBirthYear)
        {
            return IdentityNumberFault.BirthDate;
        }

        return birthDate > today ? IdentityNumberFault.FutureBirth : IdentityNumberFault.None;
    }

    private static bool IsIssuedBySomeProvince(ReadOnlySpan<char> typed)
    {
        // The foreigner's card puts its kind first and the province second; the country's number is not looked up.
        if (typed[0] == '9')
            return IsProvince(TwoDigits(typed[1..]));

        var province = TwoDigits(typed);
        return IsProvince(province)
            // Hong Kong, Macao and Taiwan residents' permits know no smaller area than the whole.
            && (province is not (>= 81 and <= 83) || typed[2..BirthStart].SequenceEqual("0000"));
    }

    /// <summary>GB/T 2260: the provinces; 81 to 83 stand for the three kinds of residence permit.</summary>
    private static bool IsProvince(int code) => code is
        (>= 11 and <= 15) or (>= 21 and <= 23) or (>= 31 and <= 37) or (>= 41 and <= 46)
        or (>= 50 and <= 54) or (>= 61 and <= 65) or 71 or (>= 81 and <= 83);

    private static int TwoDigits(ReadOnlySpan<char> digits) => ((digits[0] - '0') * 10) + digits[1] - '0';

    private static char CheckCharacter(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
            sum += (digits[i] - '0') * Weights[i];
        return CheckCharacters[sum % CheckCharacters.Length];
    }
}
