using System.Globalization;

namespace WeChatMask.LoadTool.Rows;

/// <summary>Measures rows of the table, some or all, and says of each whether it is met.</summary>
internal static class BenchCommand
{
    private const int UsualPairs = 5;

    private static readonly IReadOnlyList<(string Name, Func<Bench, Task> RunAsync)> Rows =
    [
        ("desk", DeskRow.RunAsync),
        ("rush", RushRow.RunAsync),
        ("soldout", SoldOutRow.RunAsync),
        ("board", BoardRow.RunAsync),
        ("login", ArrivalRows.LogInAsync),
        ("register", ArrivalRows.RegisterAsync),
        ("arrive", ArrivalRows.ArriveAsync),
        ("hefei", HefeiRow.RunAsync),
        ("zhengzhou", ZhengzhouRow.RunAsync),
        ("chuzhou", ChuzhouRow.RunAsync),
        ("publish", DayRows.PublishAsync),
        ("handover", DayRows.HandOverAsync),
        ("growth", GrowthRow.RunAsync),
        ("log", LogRow.RunAsync),
        ("start", NodeRows.StartAsync),
        ("quiet", NodeRows.QuietAsync),
    ];

    /// <summary>Names of the rows, in the table's order.</summary>
    public static string Names => string.Join(' ', Rows.Select(r => r.Name));

    /// <summary>Runs them; ends with 1 when a promise was broken, which a figure that is too low is not.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (program, pairs, people, wanted) = ("", UsualPairs, (int?)null, new List<string>());
        for (var i = 0; i < args.Length; i++)
        {
            var number = i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : 0;
            if (args[i] == "--program" && i + 1 < args.Length) program = Path.GetFullPath(args[++i]);
            else if (args[i] == "--pairs" && number > 0) (pairs, i) = (number, i + 1);
            else if (args[i] == "--people" && number > 0) (people, i) = (number, i + 1);
            else if (Rows.Any(r => r.Name == args[i])) wanted.Add(args[i]);
            else return Options.Misused();
        }

        if (!File.Exists(program)) return Options.Misused();
        var bench = new Bench(program, pairs) { People = people };
        Machine.Print(pairs);
        foreach (var (_, runAsync) in Rows.Where(r => wanted.Count == 0 || wanted.Contains(r.Name, StringComparer.Ordinal))) await runAsync(bench);
        return bench.Broken.Count == 0 ? 0 : 1;
    }
}
