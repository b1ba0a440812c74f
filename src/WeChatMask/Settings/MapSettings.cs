using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>Section <c>Map</c>: the picture under the pharmacies' places. Without it the places are still shown.</summary>
public sealed class MapSettings
{
    /// <summary>Address of a tile with <c>{z}</c>, <c>{x}</c> and <c>{y}</c>; empty for a map without a picture.</summary>
    public string TileUrl { get; set; } = "";

    /// <summary>Who made the tiles, as they ask to be named.</summary>
    public string Attribution { get; set; } = "";

    /// <summary>The coordinates the tiles are drawn in.</summary>
    public MapSystem System { get; set; } = MapSystem.Gcj02;

    /// <summary>The tiles' host, which the page may load pictures from; none without tiles.</summary>
    public string? TileHost() => TileUrl.Length == 0 ? null : new Uri(TileUrl).GetLeftPart(UriPartial.Authority);
}

/// <summary>Coordinates that map tiles are drawn in.</summary>
public enum MapSystem
{
    /// <summary>As Chinese map services draw.</summary>
    Gcj02,

    /// <summary>As satellites measure.</summary>
    Wgs84,
}

/// <summary>Refuses a tile address that no page could load from.</summary>
internal sealed class MapSettingsValidator : IValidateOptions<MapSettings>
{
    private static readonly string[] Parts = ["{z}", "{x}", "{y}"];

    /// <inheritdoc />
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
