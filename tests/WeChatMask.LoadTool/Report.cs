using System.Globalization;

namespace WeChatMask.LoadTool;

/// <summary>Prints one line of the table a measurement is read from.</summary>
internal static class Report
{
    private const int NameWidth = 58;
    private const int FigureWidth = 12;

    /// <summary>A figure with its unit and, where it helps, a remark.</summary>
    public static void Line(string name, double figure, string unit, string remark = "")
    {
        var text = figure.ToString(figure < 100 ? "#,0.0" : "#,0", CultureInfo.InvariantCulture);
        Console.WriteLine($"{name.PadRight(NameWidth)}{text.PadLeft(FigureWidth)} {unit}{(remark.Length == 0 ? "" : $"   {remark}")}");
    }

    /// <summary>Median and 99th percentile of some durations.</summary>
    public static void Latencies(string name, IReadOnlyCollection<TimeSpan> durations)
    {
        if (durations.Count == 0) return;
        double[] sorted = [.. durations.Select(d => d.TotalMilliseconds).Order()];
        Line($"{name}, p50", sorted[sorted.Length / 2], "ms");
        Line($"{name}, p99", sorted[(int)((sorted.Length - 1) * 0.99)], "ms");
    }

    /// <summary>Says what is broken and gives the exit code.</summary>
    public static int Verdict(IReadOnlyCollection<string> broken)
    {
        foreach (var promise in broken) Console.WriteLine($"BROKEN: {promise}");
        return broken.Count == 0 ? 0 : 1;
    }
}
