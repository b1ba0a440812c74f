using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>What the command line asks of <c>chaos</c>.</summary>
/// <param name="Sandbox">The sandbox's built program.</param>
/// <param name="Fault">The one fault to run, or all.</param>
/// <param name="Engine">The one engine to run on, or all.</param>
/// <param name="Cluster">The database cluster to break instead of one server.</param>
/// <param name="Previous">The sandbox's program of an earlier release, from which nodes are upgraded.</param>
/// <param name="Residents">Residents registered before each rush, at most one booking each.</param>
/// <param name="PerSecond">Bookings a second the rush tries to keep up.</param>
internal sealed record ChaosOptions(string Sandbox, string? Fault, DatabaseKind? Engine, ClusterKind? Cluster, string? Previous, int Residents, int PerSecond)
{
    private const int UsualResidents = 2000;
    private const int UsualRate = 30;

    /// <summary>Reads <c>--name value</c> pairs; none when something in them is wrong.</summary>
    public static ChaosOptions? Parse(string[] args)
    {
        if (args.Length % 2 != 0) return null;
        var given = args.Chunk(2).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        if (given.Keys.Any(k => k is not ("--sandbox" or "--fault" or "--engine" or "--cluster" or "--previous" or "--residents" or "--rate"))) return null;
        if (!given.TryGetValue("--sandbox", out var sandbox) || !File.Exists(sandbox)) return null;
        if (!TryRead<DatabaseKind>(given.GetValueOrDefault("--engine"), out var engine) || !TryRead<ClusterKind>(given.GetValueOrDefault("--cluster"), out var cluster)) return null;
        var previous = given.GetValueOrDefault("--previous");
        if (previous is not null && !File.Exists(previous)) return null;
        return new ChaosOptions(
            Path.GetFullPath(sandbox), given.GetValueOrDefault("--fault"), engine, cluster, previous is null ? null : Path.GetFullPath(previous), Number("--residents", UsualResidents), Number("--rate", UsualRate));

        int Number(string name, int usual) =>
            given.TryGetValue(name, out var text) ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : usual;
    }

    private static bool TryRead<T>(string? name, out T? value)
        where T : struct, Enum
    {
        value = Enum.TryParse<T>(name, ignoreCase: true, out var known) ? known : null;
        return name is null || value is not null;
    }
}
