using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>The picture under the pharmacies' map. Without it the map shows the places alone.</summary>
public sealed class MapSettings
{
    /// <summary>Address of map tiles with <c>{z}</c>, <c>{x}</c> and <c>{y}</c>, from one https host.</summary>
    public string TileUrl { get; set; } = "";

    /// <summary>Who made the tiles, as they ask to be named.</summary>
    public string Attribution { get; set; } = "";

    /// <summary>The coordinates that the tiles are drawn in; the product's own places are WGS-84.</summary>
    public MapSystem System { get; set; } = MapSystem.Gcj02;

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

/// <summary>Refuses a tile address that no page could load from.</summary>
internal sealed class MapSettingsValidator : IValidateOptions<MapSettings>
{
    private static readonly string[] Parts = ["{z}", "{x}", "{y}"];

    public ValidateOptionsResult Validate(string? name, MapSettings options)
    {
        if (options.TileUrl.Length == 0) return ValidateOptionsResult.Success;
        var good = Uri.TryCreate(options.TileUrl, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            && Parts.All(part => options.TileUrl.Contains(part, StringComparison.Ordinal))
            && !uri.Authority.Contains('{', StringComparison.Ordinal);
        return good
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Map:TileUrl must be an https address with {z}, {x} and {y} in its path, from one host.");
    }
}
