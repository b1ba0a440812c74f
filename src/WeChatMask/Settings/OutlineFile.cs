using System.Text.Json;
using WeChatMask.Domain;

namespace WeChatMask.Settings;

/// <summary>Reads a city's district outlines and writes them as the page takes them: places rounded, in one system, nothing but names and rings.</summary>
internal static class OutlineFile
{
    /// <summary>As large as a file may be, in bytes.</summary>
    public const int Largest = 2 * 1024 * 1024;

    /// <summary>As many places as all rings may have once they are rounded; a phone draws them and pays for them.</summary>
    public const int MostPlaces = 10_000;

    // Four places after the point are ten metres.
    private const int Decimals = 4;
    private const int LongestName = 30;

    /// <summary>Reads the file at a path; a relative one begins beside the program.</summary>
    /// <exception cref="FormatException">It cannot be used; the message says where and why.</exception>
    public static IReadOnlyList<Outline> Read(string path, MapSystem system)
    {
        try
        {
            using var file = File.OpenRead(Path.GetFullPath(path, AppContext.BaseDirectory));
            if (file.Length > Largest) throw new FormatException(FormattableString.Invariant($"is larger than {Largest / 1024 / 1024} MB; simplify its outlines."));
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Parse(bytes, system);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"cannot be read ({e.Message})", e);
        }
    }

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="FormatException">It cannot be used; the message says where and why.</exception>
    internal static IReadOnlyList<Outline> Parse(ReadOnlyMemory<byte> json, MapSystem system)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json["\uFEFF"u8.Length..];
        try
        {
            using var document = JsonDocument.Parse(json);
            return Features(document.RootElement, system);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A text that is no UTF-8 is found when it is read.
            throw new FormatException($"is not JSON in UTF-8 ({e.Message})", e);
        }
    }

    /// <summary>The outlines as GeoJSON in a system.</summary>
    public static byte[] Write(IReadOnlyList<Outline> outlines, MapSystem system)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("type", "FeatureCollection");
            json.WriteStartArray("features");
            foreach (var outline in outlines) WriteFeature(json, outline, system);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteFeature(Utf8JsonWriter json, Outline outline, MapSystem system)
    {
        json.WriteStartObject();
        json.WriteString("type", "Feature");
        json.WriteStartObject("properties");
        json.WriteString("name", outline.Name);
        json.WriteEndObject();
        json.WriteStartObject("geometry");
        json.WriteString("type", "MultiPolygon");
        json.WriteStartArray("coordinates");
        foreach (var polygon in outline.Polygons)
        {
            json.WriteStartArray();
            foreach (var ring in polygon)
            {
                json.WriteStartArray();
                foreach (var place in ring)
                {
                    var shown = Rounded(system == MapSystem.Gcj02 ? Coordinates.ToGcj02(place) : place);
                    json.WriteStartArray();
                    json.WriteNumberValue((decimal)shown.Longitude);
                    json.WriteNumberValue((decimal)shown.Latitude);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<Outline> Features(JsonElement root, MapSystem system)
    {
        if (TypeOf(root) != "FeatureCollection" || !root.TryGetProperty("features", out var features) || features.ValueKind != JsonValueKind.Array)
            throw new FormatException("is not a GeoJSON FeatureCollection.");
        var outlines = new List<Outline>();
        var places = 0;
        foreach (var feature in features.EnumerateArray())
        {
            var at = FormattableString.Invariant($"feature {outlines.Count + 1}");
            if (TypeOf(feature) != "Feature") throw new FormatException($"has no Feature as {at}.");
            if (!feature.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object
                || !properties.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(name.GetString()))
                throw new FormatException($"has no text \"name\" among the properties of {at}.");
            var text = name.GetString()!.Trim();
            if (text.Length > LongestName || text.Any(char.IsControl)) throw new FormatException(FormattableString.Invariant($"has a name of more than {LongestName} characters or of more than a line in {at}."));
            at = $"{at}, {text}";
            if (!feature.TryGetProperty("geometry", out var geometry) || !HasCoordinates(geometry, out var coordinates)) throw new FormatException($"has no geometry with coordinates in {at}.");
            var polygons = TypeOf(geometry) switch
            {
                "Polygon" => [Polygon(coordinates, system, at)],
                "MultiPolygon" => Parts(coordinates, at).Select(p => Polygon(p, system, at)).ToList(),
                _ => throw new FormatException($"has another geometry than a Polygon or MultiPolygon in {at}."),
            };
            // What rounding leaves nothing of, such as a rock in a lake, is not drawn.
            polygons.RemoveAll(p => p.Count == 0);
            places += polygons.Sum(p => p.Sum(r => r.Count));
            if (places > MostPlaces) throw new FormatException(FormattableString.Invariant($"has more than {MostPlaces} places; simplify its outlines."));
            outlines.Add(new Outline(text, polygons));
        }

        return outlines.Count > 0 ? outlines : throw new FormatException("has no feature.");
    }

    private static List<IReadOnlyList<GeoPoint>> Polygon(JsonElement rings, MapSystem system, string at)
    {
        var read = Parts(rings, at).Select(ring => Ring(ring, system, at)).ToList();
        if (read.Count == 0) throw new FormatException($"has a polygon without a ring in {at}.");
        if (read[0].Count < 4) return [];
        read.RemoveAll(r => r.Count < 4);
        return read;
    }

    private static IReadOnlyList<GeoPoint> Ring(JsonElement ring, MapSystem system, string at)
    {
        var places = Parts(ring, at).Select(p => Place(p, at)).ToList();
        if (places.Count < 4) throw new FormatException($"has a ring of fewer than four places in {at}.");
        if (places[0] != places[^1]) throw new FormatException($"has a ring that does not end where it begins in {at}.");
        var kept = new List<GeoPoint>();
        foreach (var place in places.Select(p => Rounded(system == MapSystem.Gcj02 ? Coordinates.ToWgs84(p) : p)))
        {
            if (kept.Count == 0 || kept[^1] != place) kept.Add(place);
        }

        return kept;
    }

    private static GeoPoint Place(JsonElement place, string at)
    {
        if (place.ValueKind != JsonValueKind.Array || place.GetArrayLength() < 2 || place[0].ValueKind != JsonValueKind.Number || place[1].ValueKind != JsonValueKind.Number)
            throw new FormatException($"has a place that is not [longitude, latitude] in {at}.");
        var (longitude, latitude) = (place[0].GetDouble(), place[1].GetDouble());
        return longitude is >= -180 and <= 180 && latitude is >= -90 and <= 90
            ? new GeoPoint(latitude, longitude)
            : throw new FormatException(FormattableString.Invariant($"has [{longitude}, {latitude}], which is no place on earth, in {at}; the order is longitude, latitude."));
    }

    private static JsonElement.ArrayEnumerator Parts(JsonElement list, string at) =>
        list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : throw new FormatException($"has coordinates of the wrong depth in {at}.");

    private static bool HasCoordinates(JsonElement geometry, out JsonElement coordinates)
    {
        coordinates = default;
        return geometry.ValueKind == JsonValueKind.Object && geometry.TryGetProperty("coordinates", out coordinates);
    }

    private static string? TypeOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static GeoPoint Rounded(GeoPoint p) => new(Math.Round(p.Latitude, Decimals), Math.Round(p.Longitude, Decimals));
}

/// <summary>A district's outline in WGS-84.</summary>
/// <param name="Name">As people say it.</param>
/// <param name="Polygons">Each a ring with the holes in it behind it; a ring ends where it begins.</param>
internal sealed record Outline(string Name, IReadOnlyList<IReadOnlyList<IReadOnlyList<GeoPoint>>> Polygons);
