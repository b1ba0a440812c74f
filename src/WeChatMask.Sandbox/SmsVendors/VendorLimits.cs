namespace WeChatMask.Sandbox;

/// <summary>How long a limit of one number looks back.</summary>
public enum LimitWindow
{
    /// <summary>The last half minute.</summary>
    HalfMinute,

    /// <summary>The present minute of the clock.</summary>
    Minute,

    /// <summary>The present hour of the clock.</summary>
    Hour,

    /// <summary>24 hours from the first.</summary>
    Day,

    /// <summary>The present day of the calendar, UTC+8.</summary>
    CalendarDay,
}

/// <summary>A limit: so many in a window.</summary>
public readonly record struct NumberLimit(LimitWindow Window, int Permits);

/// <summary>Counts what vendors took for one number. What is counted is accepted requests, whatever became of them.</summary>
public sealed class VendorLimits
{
    private static readonly TimeSpan VendorZone = TimeSpan.FromHours(8);
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<DateTimeOffset>> taken = new(StringComparer.Ordinal);

    /// <summary>Takes one, unless a limit forbids it.</summary>
    /// <param name="key">What is counted together: vendor, number, sign or template.</param>
    /// <param name="limits">The limits, the shortest window first.</param>
    /// <param name="now">The vendor's time.</param>
    /// <returns>The limit that is reached, or none when it was taken.</returns>
    public NumberLimit? Take(string key, IReadOnlyList<NumberLimit> limits, DateTimeOffset now)
    {
        var at = now.ToOffset(VendorZone);
        lock (gate)
        {
            if (!taken.TryGetValue(key, out var times)) taken[key] = times = [];
            foreach (var limit in limits)
            {
                var since = Since(limit.Window, at, times);
                if (times.Count(t => t >= since && t <= at) >= limit.Permits) return limit;
            }

            times.Add(at);
            return null;
        }
    }

    private static DateTimeOffset Since(LimitWindow window, DateTimeOffset at, List<DateTimeOffset> times) => window switch
    {
        LimitWindow.HalfMinute => at - TimeSpan.FromSeconds(30),
        LimitWindow.Minute => at - TimeSpan.FromTicks(at.Ticks % TimeSpan.TicksPerMinute),
        LimitWindow.Hour => at - TimeSpan.FromTicks(at.Ticks % TimeSpan.TicksPerHour),
        LimitWindow.CalendarDay => at - at.TimeOfDay,
        _ => FirstOfDay(at, times),
    };

    // A vendor's day begins with its first message and ends after 24 hours; the next one begins a new day.
    private static DateTimeOffset FirstOfDay(DateTimeOffset at, List<DateTimeOffset> times)
    {
        var first = DateTimeOffset.MinValue;
        foreach (var time in times)
        {
            if (first == DateTimeOffset.MinValue || time - first >= TimeSpan.FromDays(1)) first = time;
        }

        return at - first >= TimeSpan.FromDays(1) ? at : first;
    }
}
