namespace WeChatMask.Domain;

/// <summary>Why a text is not a mobile number, so that the form can say what to look at again.</summary>
public enum MobileNumberFault
{
    None,

    /// <summary>Not 11 digits once blanks, hyphens and +86, 0086 or 86 are taken away.</summary>
    Length,

    /// <summary>Something other than ASCII digits, blanks and hyphens; full-width digits among them.</summary>
    Characters,

    /// <summary>A number of another country or region: a plus sign without 86.</summary>
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

    /// <summary>Reads a typed number, or gives null and what is wrong; ASCII blanks, hyphens and the country code 86 do not count.</summary>
    public static MobileNumber? TryParse(string? text, out MobileNumberFault fault)
    {
        var compact = TypedDigits.WithoutSeparators(text);
        if (compact is null)
        {
            fault = MobileNumberFault.Length;
            return null;
        }

        var digits = WithoutCountryCode(compact);
        fault = Fault(digits);
        return fault == MobileNumberFault.None ? new MobileNumber(digits.ToString()) : null;
    }

    /// <summary>The masked number: records find their way into logs, and this one must not carry a person there.</summary>
    public override string ToString() => Masking.Mobile(Value);

    private static ReadOnlySpan<char> WithoutCountryCode(ReadOnlySpan<char> compact)
    {
        // No mobile number begins with 8 or 0, so at most one of these is taken away and never a part of the number.
        foreach (var prefix in (ReadOnlySpan<string>)["+86", "0086", "86"])
        {
            if (compact.StartsWith(prefix, StringComparison.Ordinal))
                return compact[prefix.Length..];
        }

        return compact;
    }

    private static MobileNumberFault Fault(ReadOnlySpan<char> digits)
    {
        if (digits is ['+', .. var rest] && TypedDigits.AreAllAscii(rest))
            return MobileNumberFault.Country;
        if (!TypedDigits.AreAllAscii(digits))
            return MobileNumberFault.Characters;
        if (digits.Length != FullLength)
            return MobileNumberFault.Length;
        return digits[0] == '1' && digits[1] is >= '3' and <= '9' ? MobileNumberFault.None : MobileNumberFault.Range;
    }
}
