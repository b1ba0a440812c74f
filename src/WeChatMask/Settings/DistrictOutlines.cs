using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace WeChatMask.Settings;

/// <summary>The outlines of the city's districts as a file for the map, read once for as long as the settings stay.</summary>
public sealed partial class DistrictOutlines(IOptionsMonitor<MapSettings> settings, ILogger<DistrictOutlines> log)
{
    private Kept? kept;

    /// <summary>The file in the coordinates of a system; without outlines one with no feature.</summary>
    public DrawnOutlines In(MapSystem system)
    {
        var present = settings.CurrentValue;
        var known = kept;
        if (known is null || !ReferenceEquals(known.Settings, present)) kept = known = Draw(present);
        return system == MapSystem.Gcj02 ? known.Chinese : known.Plain;
    }

    private Kept Draw(MapSettings present)
    {
        IReadOnlyList<Outline> outlines = [];
        try
        {
            if (present.Outlines.Length > 0) outlines = OutlineFile.Read(present.Outlines, present.OutlinesSystem);
        }
        catch (FormatException e)
        {
            // It was good at the start and is gone or changed since: the map does without.
            Unusable(log, present.Outlines, e.Message);
        }

        return new Kept(present, Drawn(outlines, MapSystem.Wgs84), Drawn(outlines, MapSystem.Gcj02));
    }

    private static DrawnOutlines Drawn(IReadOnlyList<Outline> outlines, MapSystem system)
    {
        var json = OutlineFile.Write(outlines, system);
        return new DrawnOutlines(json, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 16))}\""));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The map is shown without outlines: {File} {Why}")]
    private static partial void Unusable(ILogger log, string file, string why);

    private sealed record Kept(MapSettings Settings, DrawnOutlines Plain, DrawnOutlines Chinese);
}

/// <summary>GeoJSON with its tag.</summary>
public sealed record DrawnOutlines(byte[] Json, EntityTagHeaderValue Tag);
