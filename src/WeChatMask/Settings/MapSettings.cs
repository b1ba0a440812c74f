using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>What lies under the pharmacies on their map: tiles, outlines of the districts, both or neither.</summary>
public sealed class MapSettings
{
    /// <summary>Address of map tiles with <c>{z}</c>, <c>{x}</c> and <c>{y}</c>, from one https host.</summary>
    public string TileUrl { get; set; } = "";

    /// <summary>Who made the tiles, as they ask to be named.</summary>
    public string Attribution { get; set; } = "";

    /// <summary>The coordinates that the tiles are drawn in; the product's own places are WGS-84.</summary>
    public MapSystem System { get; set; } = MapSystem.Gcj02;

    /// <summary>A GeoJSON file with the outlines of the city's districts: a FeatureCollection of Polygons or MultiPolygons, each with a <c>name</c> among its properties, up to 2 MB and 10,000 places. A relative path begins beside the program. Empty shows the places alone.</summary>
    public string Outlines { get; set; } = "";

    /// <summary>The coordinates that the outlines are given in; the page gets them as its tiles need them.</summary>
    public MapSystem OutlinesSystem { get; set; } = MapSystem.Wgs84;

    /// <summary>The tiles' host, which the page may load pictures from; none without tiles.</summary>
    public string? TileHost() => TileUrl.Length == 0 ? null : new Uri(TileUrl).GetLeftPart(UriPartial.Authority);
}

/// <summary>Coordinates that map tiles are drawn in.</summary>
public enum MapSystem
{
    /// <summary>as Chinese map services draw, half a kilometre off.</summary>
    Gcj02,

    /// <summary>as satellites measure.</summary>
    Wgs84,
}

/// <summary>Refuses a tile address that no page could load from, and outlines that no page could draw.</summary>
internal sealed class MapSettingsValidator : IValidateOptions<MapSettings>
{
    private static readonly string[] Parts = ["{z}", "{x}", "{y}"];

    public ValidateOptionsResult Validate(string? name, MapSettings options)
    {
        var faults = new List<string>();
        if (!IsGood(options.TileUrl)) faults.Add("Map:TileUrl must be an https address with {z}, {x} and {y} in its path, from one host.");
        if (options.Outlines.Length > 0 && OutlineFault(options) is { } fault) faults.Add($"Map:Outlines names {options.Outlines}, which {fault}");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsGood(string tiles) => tiles.Length == 0
        || (Uri.TryCreate(tiles, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            && Parts.All(part => tiles.Contains(part, StringComparison.Ordinal))
            && !uri.Authority.Contains('{', StringComparison.Ordinal));

    private static string? OutlineFault(MapSettings options)
    {
        try
        {
            OutlineFile.Read(options.Outlines, options.OutlinesSystem);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
