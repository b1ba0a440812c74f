using System.Globalization;
using WeChatMask.Data;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>What the command line asks of <c>chaos</c>.</summary>
/// <param name="Sandbox">The sandbox's built program.</param>
/// <param name="Fault">The one fault to run, or all.</param>
/// <param name="Engine">The one engine to run on, or all.</param>
/// <param name="Residents">Residents registered before each rush, at most one booking each.</param>
/// <param name="PerSecond">Bookings a second the rush tries to keep up.</param>
internal sealed record ChaosOptions(string Sandbox, string? Fault, DatabaseKind? Engine, int Residents, int PerSecond)
{
    private const int UsualResidents = 2000;
    private const int UsualRate = 30;

    /// <summary>Reads <c>--name value</c> pairs; none when something in them is wrong.</summary>
    public static ChaosOptions? Parse(string[] args)
    {
        if (args.Length % 2 != 0) return null;
        var given = args.Chunk(2).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        if (given.Keys.Any(k => k is not ("--sandbox" or "--fault" or "--engine" or "--residents" or "--rate"))) return null;
        if (!given.TryGetValue("--sandbox", out var sandbox) || !File.Exists(sandbox)) return null;
        if (!TryEngine(given.GetValueOrDefault("--engine"), out var engine)) return null;
        return new ChaosOptions(Path.GetFullPath(sandbox), given.GetValueOrDefault("--fault"), engine, Number("--residents", UsualResidents), Number("--rate", UsualRate));

        int Number(string name, int usual) =>
            given.TryGetValue(name, out var text) ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : usual;
    }

    private static bool TryEngine(string? name, out DatabaseKind? engine)
    {
        engine = Enum.TryParse<DatabaseKind>(name, ignoreCase: true, out var known) ? known : null;
        return name is null || engine is not null;
    }
}
