using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace WeChatMask.Sandbox;

/// <summary>Reads the instants and durations people give the clock.</summary>
public static partial class SandboxTime
{
    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The years the clock may stand in, for messages.</summary>
    public static string Bounds => "2000 and 2099";

    /// <summary>An ISO 8601 instant with its offset, or none when it is not one or out of bounds.</summary>
    public static DateTimeOffset? Read(string text) =>
        Iso().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
        && IsInBounds(instant)
            ? instant
            : null;

    /// <summary>The instant <paramref name="duration"/> (ISO 8601, <c>PT30M</c>) after <paramref name="from"/>, or none.</summary>
    public static DateTimeOffset? Add(DateTimeOffset from, string duration)
    {
        try
        {
            var span = XmlConvert.ToTimeSpan(duration);
            if (span < First - Last || span > Last - First) return null;
            var instant = from + span;
            return IsInBounds(instant) ? instant : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether a clock may be as far from an instant.</summary>
    public static bool IsInReach(DateTimeOffset from, TimeSpan offset) =>
        offset > First - Last && offset < Last - First && IsInBounds(from + offset);

    private static bool IsInBounds(DateTimeOffset instant) => instant >= First && instant < Last;

    // Without an offset the same text would mean another instant on another machine.
    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Iso();
}
