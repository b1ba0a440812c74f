using System.Globalization;

namespace WeChatMask.PublicLog;

/// <summary>What a city's logs are called: the first as it is configured, each that goes on in place of another the same with a number behind it.</summary>
internal static class LogName
{
    /// <summary>From 1; null where it is no log of that name.</summary>
    public static int? NumberOf(string origin, string first)
    {
        if (origin == first) return 1;
        if (!origin.StartsWith($"{first}/", StringComparison.Ordinal)) return null;
        return int.TryParse(origin.AsSpan(first.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1 && Of(first, number) == origin ? number : null;
    }

    public static string Of(string first, int number) => number == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first}/{number}");

    /// <summary>What is to be configured for a log.</summary>
    public static string FirstOf(string origin)
    {
        var cut = origin.LastIndexOf('/');
        return cut > 0 && NumberOf(origin, origin[..cut]) is not null ? origin[..cut] : origin;
    }
}
