using WeChatMask.City;

namespace WeChatMask.Sandbox;

/// <summary>The cities that ship with the sandbox, as files beside the program.</summary>
internal static class Cities
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Cities");

    /// <summary>Their short names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).OrderDescending(StringComparer.Ordinal)];

    /// <summary>Where the schematic outlines of a city's districts lie.</summary>
    public static string Outlines(string name) => Path.Combine(Folder, name + ".geojson");

    /// <summary>Reads a city's file.</summary>
    public static CityFile Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, name + ".json"));
        return CityImport.Read(file);
    }
}
