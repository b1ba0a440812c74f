using System.Globalization;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>What all rows share: how often they run, the product's program, and the table that they fill.</summary>
internal sealed class Bench(string program, int pairs)
{
    private readonly List<string> broken = [];

    /// <summary>How many phones ask at once where nothing else is said.</summary>
    public const int Phones = 128;

    /// <summary>The product's program.</summary>
    public string Program => program;

    /// <summary>How often subject and peer run, by turns.</summary>
    public int Pairs => pairs;

    /// <summary>How many come to Hefei's opening, where it is not all of them.</summary>
    public int? People { get; init; }

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<string> Broken => broken;

    /// <summary>Whether this machine has that engine.</summary>
    public static bool Has(DatabaseKind engine) => engine switch
    {
        DatabaseKind.PostgreSql => Directory.Exists("/usr/lib/postgresql"),
        DatabaseKind.MySql => File.Exists("/usr/sbin/mariadbd"),
        _ => true,
    };

    /// <summary>One line of the table.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="figure">The figure with its unit.</param>
    /// <param name="target">What it should be, with the ratio where it is one.</param>
    /// <param name="met">Whether it is; null where nothing is promised.</param>
    public static void Line(string name, string figure, string target = "", bool? met = null) =>
        Console.WriteLine($"| {name} | {figure} | {target} | {(met is { } known ? known ? "met" : "NOT MET" : "")} |");

    /// <summary>A ratio of medians against what it should be at least.</summary>
    public static void Ratio(string name, Runs subject, Runs peer, string peerName, double least, string unit)
    {
        var ratio = subject.Median / peer.Median;
        Line(name, $"{subject} {unit}", string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} of {peerName}, {peer}; at least {least:0.##}"), ratio >= least);
    }

    /// <summary>A median against what it should be at least.</summary>
    public static void AtLeast(string name, Runs figure, double least, string unit) => Line(name, $"{figure} {unit}", $"at least {Runs.Number(least)}", figure.Median >= least);

    /// <summary>A median against what it should be at most.</summary>
    public static void AtMost(string name, Runs figure, double most, string unit) => Line(name, $"{figure} {unit}", $"at most {Runs.Number(most)}", figure.Median <= most);

    /// <summary>A promise that the product broke: what is left ends with 1.</summary>
    public void Break(string promise)
    {
        broken.Add(promise);
        Console.WriteLine($"BROKEN: {promise}");
    }

    /// <summary>Says what went wrong in a load that should have had no errors.</summary>
    public void Judge(string name, Tally tally)
    {
        if (tally.Failed > 0) Break($"{name}: {tally.Failures}");
    }

    /// <summary>The product's promises, by what is stored.</summary>
    public async Task VerifyAsync(string name, BenchCity city)
    {
        foreach (var promise in await city.BrokenAsync()) Break($"{name}: {promise}");
    }
}
