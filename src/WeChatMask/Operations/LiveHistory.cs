using System.Text.Json;
using WeChatMask.Bookings;

namespace WeChatMask.Operations;

/// <summary>The seconds that a node has read so far: each look reads the newest only, and all of them once a minute.</summary>
internal sealed class LiveHistory
{
    internal const int SecondsShown = 60;
    internal static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    // A row may come late: a node writes what it could not write before with the second of then.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    private static readonly int MinutesShown = (int)(DeskSeconds.Kept / Step);

    private readonly Dictionary<(DateTimeOffset At, string Node), Answers> seconds = [];
    private DateTimeOffset wholeAt;

    public DateTimeOffset ReadFrom(DateTimeOffset now)
    {
        if ((now - wholeAt).Duration() < Step) return now - Overlap;
        wholeAt = now;
        return now - DeskSeconds.Kept - Step;
    }

    /// <summary>Takes what was read from an instant on in place of what was known of that time.</summary>
    public void Take(DateTimeOffset from, IEnumerable<DeskSecond> rows)
    {
        var oldest = wholeAt - DeskSeconds.Kept - Step;
        foreach (var key in seconds.Keys.Where(k => k.At >= from || k.At < oldest).ToList()) seconds.Remove(key);
        foreach (var row in rows)
            seconds[(row.At, row.Node)] = new Answers(row.Booked, JsonSerializer.Deserialize<Dictionary<string, int>>(row.Refusals)!, row.Queue);
    }

    /// <summary>The last whole seconds; the present one is still being written.</summary>
    public LiveSeries Seconds(DateTimeOffset now) => Series(Floor(now, TimeSpan.FromSeconds(1)) - TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), SecondsShown);

    /// <summary>The last two hours, the present minute among them.</summary>
    public LiveSeries Minutes(DateTimeOffset now) => Series(Floor(now, Step), Step, MinutesShown);

    public IReadOnlyList<(string Code, int Minute, int All)> Refusals(DateTimeOffset now) =>
    [
        .. seconds.Where(s => s.Key.At <= now).SelectMany(s => s.Value.Refusals, (s, r) => (r.Key, r.Value, IsRecent: s.Key.At > now - Step))
            .GroupBy(r => r.Key, StringComparer.Ordinal)
            .Select(g => (Code: g.Key, Minute: g.Where(r => r.IsRecent).Sum(r => r.Value), All: g.Sum(r => r.Value)))
            .OrderByDescending(r => r.All).ThenBy(r => r.Code, StringComparer.Ordinal),
    ];

    /// <summary>Nodes that have said something lately, by name.</summary>
    public IReadOnlyList<LiveNode> Nodes(DateTimeOffset now) =>
    [
        .. seconds.Where(s => s.Key.At > now - Step && s.Key.At <= now).GroupBy(s => s.Key.Node, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Newest: g.MaxBy(s => s.Key.At), Booked: g.Sum(s => s.Value.Booked), Refused: g.Sum(s => s.Value.Refused)))
            .Where(n => n.Newest.Key.At > now - DeskSeconds.Silence)
            .Select(n => new LiveNode(n.Name, n.Newest.Key.At, n.Booked, n.Refused, n.Newest.Value.Queue))
            .OrderBy(n => n.Name, StringComparer.Ordinal),
    ];

    private LiveSeries Series(DateTimeOffset last, TimeSpan step, int count)
    {
        var (booked, refused) = (new int[count], new int[count]);
        foreach (var ((at, _), answers) in seconds)
        {
            var back = (Floor(last, step) - Floor(at, step)) / step;
            if (back < 0 || back >= count) continue;
            booked[count - 1 - (int)back] += answers.Booked;
            refused[count - 1 - (int)back] += answers.Refused;
        }

        return new LiveSeries(last, booked, refused);
    }

    private static DateTimeOffset Floor(DateTimeOffset at, TimeSpan step) => new(at.UtcTicks - (at.UtcTicks % step.Ticks), TimeSpan.Zero);

    private sealed record Answers(int Booked, Dictionary<string, int> Refusals, int Queue)
    {
        public int Refused { get; } = Refusals.Values.Sum();
    }
}
