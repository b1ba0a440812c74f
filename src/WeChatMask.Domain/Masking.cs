using System.Globalization;

namespace WeChatMask.Domain;

/// <summary>
/// How personal data is shown wherever it is not needed in full: public lists, logs, the supervisor's pages.
/// Takes stored texts as they are; what has an unexpected length becomes stars only.
/// </summary>
/// <remarks>
/// Never show the area digits and the last four of an identity number together: with the check digit few birth
/// dates fit, and the number can be worked out.
/// </remarks>
public static class Masking
{
    private const char Star = '*';

    private const int Ending = 4;

    private const int IdentityNumberLength = 18;

    private const int MobileLength = 11;

    private const int MobileBeginning = 3;

    /// <summary>
    /// The first character as the reader sees it, then one star for each further one; a name of a single character
    /// is a star. Counted in text elements, so that a rare ideograph is not cut in half.
    /// </summary>
    public static string Name(string name)
    {
        var elements = StringInfo.ParseCombiningCharacters(name);
        return elements.Length < 2
            ? Stars(elements.Length)
            : string.Concat(name.AsSpan(0, elements[1]), Stars(elements.Length - 1));
    }

    public static string IdentityNumber(string number) => number.Length == IdentityNumberLength
        ? string.Concat(Stars(IdentityNumberLength - Ending), number.AsSpan(IdentityNumberLength - Ending))
        : Stars(number.Length);

    /// <summary>The number of whatever document: its last four too, where at least as many stay hidden.</summary>
    public static string Document(string number) => number.Length is >= 2 * Ending and < IdentityNumberLength
        ? string.Concat(Stars(number.Length - Ending), number.AsSpan(number.Length - Ending))
        : IdentityNumber(number);

    public static string Mobile(string number) => number.Length == MobileLength
        ? string.Concat(
            number.AsSpan(0, MobileBeginning),
            Stars(MobileLength - MobileBeginning - Ending),
            number.AsSpan(MobileLength - Ending))
        : Stars(number.Length);

    private static string Stars(int count) => new(Star, count);
}
