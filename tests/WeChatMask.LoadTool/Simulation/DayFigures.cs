using System.Collections.Concurrent;
using System.Globalization;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>What happened in one round, counted by the simulation.</summary>
internal sealed class DayFigures(DateOnly date)
{
    private const string Row = "{0,-6}{1,8}{2,8}{3,8}{4,9}{5,7}{6,9}{7,9}{8,8}{9,9}{10,7}{11,9}{12,8}{13,8}{14,8}{15,8}{16,8}{17,9}{18,8}";
    private const string CounterRow = "{0,-6}{1,9}{2,8}{3,9}{4,8}{5,9}{6,8}{7,10}{8,8}{9,8}{10,10}{11,7}{12,8}";
    private static readonly string[] Refusals = ["not_open", "closed", "sold_out", "cooldown", "already_booked", "not_eligible"];

    private static readonly string[] Verdicts =
    [
        "redeemed", "valid", "already_redeemed", "other_pharmacy", "not_yet", "lapsed", "cancelled", "identity_mismatch", "forged", "unknown", "proxy_limit", "void",
    ];

    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);

    public DateOnly Date { get; } = date;

    /// <summary>People who tried.</summary>
    public int Tried { get; set; }

    /// <summary>Real time it took.</summary>
    public double Seconds { get; set; }

    /// <summary>The round's books at its end.</summary>
    public RoundLedger? Books { get; set; }

    /// <summary>Counts an answer.</summary>
    public void Count(string what) => counts.AddOrUpdate(what, 1, (_, n) => n + 1);

    /// <summary>How often it was answered.</summary>
    public int Of(string what) => counts.GetValueOrDefault(what);

    /// <summary>The evenings and what became of the places, a line a day.</summary>
    public static void Print(IReadOnlyList<DayFigures> days, TextWriter to)
    {
        to.WriteLine(Line(
            Row, "round", "tried", "booked", "again", "not_open", "closed", "sold_out", "cooldown", "already", "not_elig", "other",
            "redeemed", "lapsed", "canc.", "late", "left", "carried", "places", "s"));
        foreach (var d in days) to.WriteLine(Line(Row, d.EveningCells()));
        to.WriteLine();
        to.WriteLine(Line(
            CounterRow, "round", "redeemed", "valid", "already", "other", "not_yet", "lapsed", "cancelled", "card", "forged", "unknown", "proxy", "void"));
        foreach (var d in days) to.WriteLine(Line(CounterRow, [Day(d.Date), .. Verdicts.Select(v => (object)d.Of($"verdict {v}"))]));
        to.WriteLine();
        var others = days.SelectMany(d => d.Others).GroupBy(o => o.Key, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal);
        to.WriteLine($"other answers: {string.Join(", ", others.Select(g => Line("{0} {1:#,0}", g.Key, g.Sum(o => o.Value))))}");
    }

    private IEnumerable<KeyValuePair<string, int>> Others => counts.Where(
        c => !c.Key.StartsWith("verdict ", StringComparison.Ordinal) && !Refusals.Contains(c.Key, StringComparer.Ordinal)
            && c.Key is not ("booked" or "repeated" or "cancelled"));

    private object[] EveningCells()
    {
        var shops = Books?.Shops ?? [];
        return
        [
            Day(Date), Tried, Of("booked"), Of("repeated"), .. Refusals.Select(r => (object)Of(r)), Others.Sum(o => o.Value),
            shops.Sum(s => s.Redeemed), shops.Sum(s => s.Lapsed), Of("cancelled"), shops.Sum(s => s.CancelledLate), shops.Sum(s => s.Left),
            shops.Sum(s => s.CarriedOut), shops.Sum(s => s.Planned + s.CarriedIn), Seconds.ToString("0.0", CultureInfo.InvariantCulture),
        ];
    }

    private static string Day(DateOnly date) => date.ToString("MM-dd", CultureInfo.InvariantCulture);

    private static string Line(string format, params object[] cells) => string.Format(CultureInfo.InvariantCulture, format, cells);
}
