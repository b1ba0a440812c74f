using System.Globalization;

namespace WeChatMask.Domain;

/// <summary>A time of a city's day to the minute. What ends with the day ends at 24:00, which is the next day's midnight.</summary>
public readonly record struct DayTime : IComparable<DayTime>
{
    private const int MinutesOfDay = 24 * 60;

    public DayTime(int hour, int minute)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hour);
        ArgumentOutOfRangeException.ThrowIfNegative(minute);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minute, 59);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((hour * 60) + minute, MinutesOfDay, nameof(hour));
        Minutes = (hour * 60) + minute;
    }

    /// <summary>The last of a day.</summary>
    public static DayTime End { get; } = new(24, 0);

    /// <summary>Since the day began.</summary>
    public int Minutes { get; }

    public static implicit operator DayTime(TimeOnly time) => FromTimeOnly(time);

    public static DayTime FromTimeOnly(TimeOnly time) => new(time.Hour, time.Minute);

    public static bool operator <(DayTime left, DayTime right) => left.CompareTo(right) < 0;

    public static bool operator >(DayTime left, DayTime right) => left.CompareTo(right) > 0;

    public static bool operator <=(DayTime left, DayTime right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DayTime left, DayTime right) => left.CompareTo(right) >= 0;

    /// <summary>Reads HH:mm, from 00:00 to 24:00.</summary>
    public static DayTime? TryParse(string? text)
    {
        if (text == "24:00") return End;
        return TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
    }

    /// <summary>That time of a day, without a zone.</summary>
    public DateTime On(DateOnly date) => date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified).AddMinutes(Minutes);

    public int CompareTo(DayTime other) => Minutes.CompareTo(other.Minutes);

    /// <summary>As HH:mm.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Minutes / 60:00}:{Minutes % 60:00}");
}
