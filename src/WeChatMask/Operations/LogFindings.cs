using System.Globalization;
using WeChatMask.Data;

namespace WeChatMask.Operations;

/// <summary>Gathers what a check finds: all is counted, and so much is kept as somebody may read.</summary>
internal sealed class LogFindings
{
    private const int MostKept = 1000;

    private readonly List<LogFinding> kept = [];
    private readonly Dictionary<DateOnly, HashSet<(string Code, long Serial)>> wrong = [];

    public IReadOnlyList<LogFinding> Kept => kept;

    public long Count { get; private set; }

    /// <summary>How many bookings of each round are not as the log says.</summary>
    public IReadOnlyDictionary<DateOnly, int> WrongRows => wrong.ToDictionary(w => w.Key, w => w.Value.Count);

    public void Add(string table, string key, string column, object? row, object? log)
    {
        Count++;
        if (kept.Count < MostKept) kept.Add(new LogFinding(table, key, column, Text(row), Text(log)));
    }

    /// <summary>The same of what belongs to one booking.</summary>
    public void AddOf(string table, DateOnly round, string code, long serial, string column, object? row, object? log)
    {
        if (!wrong.TryGetValue(round, out var rows)) wrong.Add(round, rows = []);
        rows.Add((code, serial));
        Add(table, KeyOf(round, code, serial), column, row, log);
    }

    /// <summary>The same, where the two differ.</summary>
    public void Hold(string table, string key, string column, object? row, object? log)
    {
        if (!Equals(row, log)) Add(table, key, column, row, log);
    }

    public static string KeyOf(DateOnly round, string code, long serial) => string.Create(CultureInfo.InvariantCulture, $"{round:O} {code} {serial}");

    private static string Text(object? value) => value switch
    {
        null => "nothing",
        DateOnly day => day.Column(),
        bool yes => yes ? "yes" : "no",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
