namespace WeChatMask.Domain;

/// <summary>Why a text is not a mobile number, so that the form can say what to look at again.</summary>
public enum MobileNumberFault
{
    None,

    /// <summary>Not 11 digits once what groups them, the country code and the trunk's 0 are taken away.</summary>
    Length,

    /// <summary>Something other than digits and what groups them.</summary>
    Characters,

    /// <summary>A number of another country or region: a plus sign or 00 without 86.</summary>
    Country,

    /// <summary>Eleven digits that do not begin with 13 to 19: a landline, a service number or a slip.</summary>
    Range,
}

/// <summary>A mainland mobile number, eleven digits, to which a resident's SMS goes.</summary>
/// <remarks>
/// The rule is the open one, 1, then 3 to 9, then nine digits: lists of the ranges given out age within a year or
/// two (190, 192 and 195 to 197 came after the lists in common use) and then refuse people wrongly.
/// </remarks>
public sealed record MobileNumber
{
    private const int FullLength = 11;

    private MobileNumber(string value) => Value = value;

    /// <summary>The eleven digits. Personal: to be encrypted at rest, hashed with a key, never logged.</summary>
    public string Value { get; }

    public static MobileNumber? TryParse(string? text) => TryParse(text, out _);

    /// <summary>Reads a typed number, or gives null and what is wrong. <see cref="Folding.Number"/> says what does not count, and the country code does not either.</summary>
    public static MobileNumber? TryParse(string? text, out MobileNumberFault fault)
    {
        var digits = Folding.Once(WithoutPrefixes(Folding.Number(text) ?? "").ToString(), FullLength);
        fault = Fault(digits);
        return fault == MobileNumberFault.None ? new MobileNumber(digits) : null;
    }

    /// <summary>How many digits were typed, prefixes left out: what a person is told who typed too few or too many.</summary>
    public static int TypedLength(string? text) => WithoutPrefixes(Folding.Number(text) ?? "").Length;

    /// <summary>The masked number: records find their way into logs, and this one must not carry a person there.</summary>
    public override string ToString() => Masking.Mobile(Value);

    // No mobile number begins with 8 or 0, so none of these is a part of it. An address book that adds the code to a number that has
    // it already gives it twice, but what is left must still be long enough.
    private static ReadOnlySpan<char> WithoutPrefixes(ReadOnlySpan<char> typed)
    {
        if (typed.StartsWith("TEL", StringComparison.Ordinal)) typed = typed["TEL".Length..];
        var first = true;
        while (WithoutCountryCode(typed) is var rest && rest.Length < typed.Length && (first || rest.Length >= FullLength))
        {
            typed = rest;
            first = false;
        }

        // How one dialled a mobile of another town, which address books still hold.
        return typed.Length == FullLength + 1 && typed[0] == '0' && typed[1] == '1' ? typed[1..] : typed;
    }

    private static ReadOnlySpan<char> WithoutCountryCode(ReadOnlySpan<char> typed)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["+0086", "+86", "0086", "86"])
        {
            if (typed.StartsWith(prefix, StringComparison.Ordinal)) return typed[prefix.Length..];
        }

        return typed;
    }

    private static MobileNumberFault Fault(ReadOnlySpan<char> digits)
    {
        if ((digits is ['+', .. var abroad] && abroad.Length > 0 && Folding.AreDigits(abroad)) || (digits is ['0', '0', .. var far] && far.Length >= FullLength - 2 && Folding.AreDigits(far)))
            return MobileNumberFault.Country;
        if (!Folding.AreDigits(digits))
            return MobileNumberFault.Characters;
        if (digits.Length != FullLength)
            return MobileNumberFault.Length;
        return digits[0] == '1' && digits[1] is >= '3' and <= '9' ? MobileNumberFault.None : MobileNumberFault.Range;
    }
}
