using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Counts visits of the pages that anybody may see, in memory; <see cref="CountVisitsJob"/> adds them to the database's. Nothing of who came is kept.</summary>
/// <remarks>A node that dies loses what it counted since the last time: some seconds of a public figure, against a write for each visit.</remarks>
public sealed class Visits(CityCalendar calendar)
{
    private readonly ConcurrentDictionary<DateOnly, StrongBox<long>> counted = new();

    /// <summary>The city's figures as of the last time they were written; a page shows these and asks nobody.</summary>
    public VisitFigures Published { get; internal set; } = new(0, 0);

    /// <summary>One visit, now.</summary>
    public void Count() => Add(calendar.Today, 1);

    /// <summary>Takes what was counted since the last time.</summary>
    public IReadOnlyList<DayVisits> Take() =>
        [.. counted.Select(d => new DayVisits(d.Key, Interlocked.Exchange(ref d.Value.Value, 0))).Where(d => d.Visits > 0)];

    public void GiveBack(IEnumerable<DayVisits> days)
    {
        foreach (var day in days) Add(day.Day, day.Visits);
    }

    private void Add(DateOnly day, long visits) => Interlocked.Add(ref counted.GetOrAdd(day, _ => new StrongBox<long>()).Value, visits);
}

/// <summary>Visits of one city day.</summary>
public sealed record DayVisits(DateOnly Day, long Visits);

/// <summary>The city's visits: of this day, and since the first.</summary>
public sealed record VisitFigures(long Today, long Total);
