using System.Globalization;

namespace WeChatMask.Domain;

/// <summary>Why a text is not a booking number, so that the counter can say what to look at again.</summary>
public enum BookingNumberFault
{
    None,
    Length,
    Characters,

    /// <summary>Eleven digits of a mobile number.</summary>
    Mobile,

    /// <summary>The digits do not fit each other: a slip of the finger.</summary>
    CheckDigit,
}

/// <summary>
/// The number a resident says at the counter: ten random digits and a check digit, never derived from shop, day,
/// serial or person. Where the randomness comes from is the app's business.
/// </summary>
/// <remarks>
/// The first digit is 2 to 9: a mobile number, which has eleven digits too, begins with 1, and a spreadsheet drops a
/// leading zero. The check digit is ISO 7064 MOD 11,10, which stays decimal. It finds every single wrong digit and
/// all but one in 45 swaps of two different neighbouring digits.
/// </remarks>
public sealed record BookingNumber
{
    public const long PayloadMin = 2_000_000_000;

    /// <summary>Both bounds may be used.</summary>
    public const long PayloadMax = 9_999_999_999;

    public const int Length = 11;

    private BookingNumber(string value) => Value = value;

    public string Value { get; }

    /// <summary>Adds the check digit to ten digits that a cryptographic generator has drawn.</summary>
    public static BookingNumber FromPayload(long tenDigits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tenDigits, PayloadMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tenDigits, PayloadMax);

        var payload = tenDigits.ToString(CultureInfo.InvariantCulture);
        return new BookingNumber(payload + CheckDigit(payload));
    }

    /// <summary>Reads a typed or scanned number, as <see cref="Folding.Number"/> folds it. It is well formed then; only the database knows whether it exists.</summary>
    public static bool TryParse(string? text, out string number) => TryParse(text, out number, out _);

    public static bool TryParse(string? text, out string number, out BookingNumberFault fault)
    {
        var typed = Folding.Once(Folding.Number(text) ?? "", Length);
        fault = Fault(typed);
        number = fault == BookingNumberFault.None ? typed : "";
        return fault == BookingNumberFault.None;
    }

    public override string ToString() => Value;

    private static BookingNumberFault Fault(string typed)
    {
        if (!Folding.AreDigits(typed)) return BookingNumberFault.Characters;
        if (typed.Length != Length) return BookingNumberFault.Length;
        if (MobileNumber.TryParse(typed) is not null) return BookingNumberFault.Mobile;
        return typed[0] >= '2' && typed[^1] == CheckDigit(typed.AsSpan()[..^1]) ? BookingNumberFault.None : BookingNumberFault.CheckDigit;
    }

    /// <summary>ISO 7064, hybrid system MOD 11,10: the product runs modulo 11, the sum modulo 10 with 10 in place of 0.</summary>
    private static char CheckDigit(ReadOnlySpan<char> digits)
    {
        var product = 10;
        foreach (var digit in digits)
        {
            var sum = (product + digit - '0') % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (char)('0' + ((11 - product) % 10));
    }
}
