using System.Globalization;

namespace WeChatMask.Tests.Support;

/// <summary>Made-up people with well-formed particulars.</summary>
internal static class People
{
    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    // Every one of 28 days in 12 months of 60 years, then the next sequence number.
    private const int CardsADay = 20_160;

    /// <summary>The identity number of the i-th person; different for each of twenty million.</summary>
    public static string IdNumber(int i)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"431302{1940 + (i % 60):0000}{1 + (i / 60 % 12):00}{1 + (i / 720 % 28):00}{i / CardsADay % 1000:000}");
        return body + "10X98765432"[body.Select((c, n) => (c - '0') * Weights[n]).Sum() % 11];
    }

    /// <summary>The identity number of the i-th person whose last four, too, differ from those of the thousand before and after.</summary>
    public static string IdNumberByLastFour(int i) => IdNumber((i % 1000 * CardsADay) + (i / 1000));

    /// <summary>The mobile number of the i-th person; different for each.</summary>
    public static string Mobile(int i) => string.Create(CultureInfo.InvariantCulture, $"138{i:00000000}");

    /// <summary>What a registration of the i-th person says.</summary>
    public static object Registration(int i, string? mobile = null) =>
        new { name = "张三丰", idNumber = IdNumber(i), mobile = mobile ?? Mobile(i), consent = true };
}
