using System.Globalization;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>What the command line asks of <c>simulate</c>.</summary>
/// <param name="Sandbox">The sandbox's built program.</param>
/// <param name="City">Name of the city.</param>
/// <param name="Plan">How much is simulated.</param>
/// <param name="Pharmacies">How many pharmacies take part; all without it.</param>
/// <param name="Data">An empty folder that stays; without it a temporary one that goes.</param>
/// <param name="Visits">How often the front page is read beside it all.</param>
internal sealed record SimulationOptions(string Sandbox, string City, SimulationPlan Plan, int? Pharmacies, string? Data, int Visits)
{
    private const int UsualDays = 11;
    private const int UsualPeople = 60_000;
    private const int UsualSeed = 2020;
    private static readonly DateOnly UsualFrom = new(2020, 2, 2);

    /// <summary>Reads <c>--name value</c> pairs; none when something in them is wrong.</summary>
    public static SimulationOptions? Parse(string[] args)
    {
        if (args.Length % 2 != 0) return null;
        var given = args.Chunk(2).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        if (given.Keys.Any(k => k is not ("--sandbox" or "--city" or "--from" or "--days" or "--people" or "--pharmacies" or "--seed" or "--data" or "--annul" or "--withdraw" or "--late" or "--complaints" or "--visits"))) return null;
        if (!given.TryGetValue("--sandbox", out var sandbox) || !File.Exists(sandbox)) return null;
        var city = given.GetValueOrDefault("--city", "chuzhou");
        if (!File.Exists(CityFile(sandbox, city))) return null;
        var from = UsualFrom;
        if (given.TryGetValue("--from", out var day) && !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out from)) return null;
        if (Number("--days", UsualDays) is not { } days || Number("--people", UsualPeople) is not { } people || Number("--seed", UsualSeed) is not { } seed) return null;
        if (Number("--pharmacies", int.MaxValue) is not { } pharmacies) return null;
        if (Asked("--annul") is not { } annulled || Asked("--withdraw") is not { } withdrawn || Asked("--late") is not { } late || Asked("--complaints") is not { } complained) return null;
        if (Asked("--visits") is not { } visits) return null;
        return new SimulationOptions(
            Path.GetFullPath(sandbox), city, new SimulationPlan(from, days, people, seed, Annulled: annulled, Withdrawn: withdrawn, Late: late, Complained: complained),
            pharmacies == int.MaxValue ? null : pharmacies, given.GetValueOrDefault("--data"), visits);

        // 0 where it is not asked for.
        int? Asked(string name) => given.ContainsKey(name) ? Number(name, 0) : 0;

        int? Number(string name, int usual) =>
            !given.TryGetValue(name, out var text) ? usual
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : null;
    }

    /// <summary>The city's file beside the sandbox.</summary>
    public static string CityFile(string sandbox, string city) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(sandbox))!, "Cities", $"{city}.json");
}
