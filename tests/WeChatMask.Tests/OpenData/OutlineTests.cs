using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.OpenData;

/// <summary>The outlines of districts: what a file may be, and what comes of it.</summary>
public sealed class OutlineTests : IDisposable
{
    private const string Square = "[[[112,27],[112.1,27],[112.1,27.1],[112,27]]]";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("wechatmask-outlines-");

    public static TheoryData<string, string> Unusable => new()
    {
        { "", "is not JSON" },
        { "districts", "is not JSON" },
        { Collection(Feature("Polygon", Square))[..^1], "is not JSON" },
        { "[]", "is not a GeoJSON FeatureCollection" },
        { "null", "is not a GeoJSON FeatureCollection" },
        { "{}", "is not a GeoJSON FeatureCollection" },
        { """{"type":"Topology","objects":{}}""", "is not a GeoJSON FeatureCollection" },
        { """{"type":"FeatureCollection"}""", "is not a GeoJSON FeatureCollection" },
        { """{"type":"FeatureCollection","features":{}}""", "is not a GeoJSON FeatureCollection" },
        { Feature("Polygon", Square), "is not a GeoJSON FeatureCollection" },
        { Collection(""), "has no feature." },
        { Collection("7"), "has no Feature as feature 1" },
        { Collection("null"), "has no Feature as feature 1" },
        { Collection("""{"type":"Polygon","coordinates":[]}"""), "has no Feature as feature 1" },
        { Collection(Feature("Polygon", Square) + "," + Feature("Polygon", Square, properties: "{}")), "\"name\" among the properties of feature 2" },
        { Collection(Feature("Polygon", Square, properties: "null")), "\"name\" among the properties of feature 1" },
        { Collection(Feature("Polygon", Square, properties: """{"name":7}""")), "\"name\" among the properties of feature 1" },
        { Collection(Feature("Polygon", Square, properties: """{"name":" "}""")), "\"name\" among the properties of feature 1" },
        { Collection(Feature("Polygon", Square, properties: """{"name":"a\nb"}""")), "a name of more than" },
        { Collection(Feature("Polygon", Square, properties: $$"""{"name":"{{new string('x', 31)}}"}""")), "a name of more than" },
        { Collection("""{"type":"Feature","properties":{"name":"东区"}}"""), "has no geometry with coordinates in feature 1, 东区" },
        { Collection("""{"type":"Feature","properties":{"name":"东区"},"geometry":null}"""), "has no geometry" },
        { Collection(Feature("Point", "[112,27]")), "has another geometry" },
        { Collection(Feature("LineString", "[[112,27],[113,27]]")), "has another geometry" },
        { Collection(Feature("MultiPolygon", Square)), "has a place that is not [longitude, latitude]" },
        { Collection(Feature("Polygon", $"[{Square}]")), "has a place that is not [longitude, latitude]" },
        { Collection(Feature("Polygon", "7")), "has coordinates of the wrong depth" },
        { Collection(Feature("Polygon", "[7]")), "has coordinates of the wrong depth" },
        { Collection(Feature("Polygon", "[]")), "has a polygon without a ring" },
        { Collection(Feature("Polygon", "[[]]")), "fewer than four places" },
        { Collection(Feature("Polygon", "[[[112,27],[112.1,27],[112,27]]]")), "fewer than four places" },
        { Collection(Feature("Polygon", "[[[112,27],[112.1,27],[112.1,27.1],[112,27.1]]]")), "does not end where it begins" },
        { Collection(Feature("Polygon", "[[[27,112],[27,112.1],[27.1,112.1],[27,112]]]")), "the order is longitude, latitude" },
        { Collection(Feature("Polygon", "[[[112,27],[1e999,27],[112.1,27.1],[112,27]]]")), "no place on earth" },
        { Collection(Feature("Polygon", "[[[-180.1,27],[112,27],[112.1,27.1],[-180.1,27]]]")), "no place on earth" },
        { Collection(Feature("Polygon", "[[[\"112\",27],[112.1,27],[112.1,27.1],[112,27]]]")), "has a place that is not [longitude, latitude]" },
        { Collection(Feature("Polygon", "[[[112],[112.1],[112.1],[112]]]")), "has a place that is not [longitude, latitude]" },
        { Collection(Feature("Polygon", Ring(OutlineFile.MostPlaces))), "more than 10000 places" },
        { new string('[', 300), "is not JSON" },
    };

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_file_that_no_map_can_draw_is_refused_with_where_and_why(string json, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Text_that_is_no_utf_8_is_refused()
    {
        var good = Encoding.UTF8.GetBytes(Collection(Feature("Polygon", Square)));
        var chinese = good.AsSpan().IndexOf("东"u8);
        good[chinese] = 0xB6;

        Assert.Contains("is not JSON in UTF-8", Assert.Throws<FormatException>(() => OutlineFile.Parse(good, MapSystem.Wgs84)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_editors_and_map_makers_add_does_no_harm()
    {
        var json = "\uFEFF" + $$"""{"features":[{"id":1,"geometry":{"coordinates":{{Square}},"type":"Polygon","bbox":[1]},"properties":{"adcode":431302,"name":" 东区 ","center":[1,2]},"type":"Feature"}],"type":"FeatureCollection","crs":null}""";

        var outline = Assert.Single(Parse(json));

        Assert.Equal("东区", outline.Name);
        Assert.Equal(4, Assert.Single(Assert.Single(outline.Polygons)).Count);
    }

    [Fact]
    public void Places_are_rounded_repeats_are_dropped_and_what_shrinks_to_nothing_is_not_drawn()
    {
        const string Fine = "[[112.000011,27.00001],[112.00001,27.00002],[112.1,27,8],[112.1,27.1],[112.000011,27.00001]]";
        const string Speck = "[[112.05,27.05],[112.05001,27.05],[112.05001,27.05001],[112.05,27.05]]";

        var outline = Assert.Single(Parse(Collection(Feature("MultiPolygon", $"[[{Fine},{Speck}],[{Speck}]]"))));

        Assert.Equal([new(27, 112), new(27, 112.1), new(27.1, 112.1), new(27, 112)], Assert.Single(Assert.Single(outline.Polygons)));
    }

    [Fact]
    public void Outlines_in_Chinese_coordinates_come_to_lie_where_satellites_see_them_and_go_back()
    {
        var corner = new GeoPoint(27.7372, 112.0246);
        var chinese = Coordinates.ToGcj02(corner);
        FormattableString ring = $"[[[{chinese.Longitude},{chinese.Latitude}],[112.1,27.8],[112.2,27.7],[{chinese.Longitude},{chinese.Latitude}]]]";

        var outlines = OutlineFile.Parse(Encoding.UTF8.GetBytes(Collection(Feature("Polygon", FormattableString.Invariant(ring)))), MapSystem.Gcj02);

        Assert.Equal(corner, outlines[0].Polygons[0][0][0]);
        var (longitude, latitude) = First(OutlineFile.Write(outlines, MapSystem.Gcj02));
        Assert.Equal(chinese.Longitude, longitude, 3);
        Assert.Equal(chinese.Latitude, latitude, 3);
        Assert.Equal((112.0246, 27.7372), First(OutlineFile.Write(outlines, MapSystem.Wgs84)));
    }

    [Theory]
    [InlineData("missing.json", "cannot be read")]
    [InlineData("large.json", "is larger than 2 MB")]
    [InlineData("bad.json", "is not JSON")]
    [InlineData(".", "cannot be read")]
    public async Task A_file_that_cannot_be_used_stops_the_start_by_name(string file, string why)
    {
        var path = Path.Combine(folder.FullName, file);
        if (file == "large.json") await File.WriteAllBytesAsync(path, new byte[OutlineFile.Largest + 1]);
        if (file == "bad.json") await File.WriteAllTextAsync(path, "{");

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => SandboxHost.StartAsync(configure: b => b.Configuration["Map:Outlines"] = path));

        Assert.StartsWith($"Map:Outlines names {path}, which {why}", Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_districts_are_open_data_that_a_browser_keeps()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:31:00+08:00");
        using var first = await GetAsync(host, "/api/public/districts");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("application/geo+json", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=3600", first.Headers.CacheControl!.ToString());
        Assert.Equal(["gzip"], first.Content.Headers.ContentEncoding);
        Assert.InRange((await first.Content.ReadAsByteArrayAsync()).Length, 1, 4 * 1024);
        using var again = await GetAsync(host, "/api/public/districts", first.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var chinese = await GetAsync(host, "/api/public/districts?system=Gcj02", first.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, chinese.StatusCode);
        using var strange = await GetAsync(host, "/api/public/districts?system=mars");
        Assert.Equal(HttpStatusCode.BadRequest, strange.StatusCode);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("https://tiles.example.org/{z}/{x}/{y}.png", "")]
    [InlineData("", "given")]
    public async Task The_page_asks_for_outlines_only_where_there_are_some(string tiles, string outlines)
    {
        var file = Path.Combine(folder.FullName, "one.geojson");
        await File.WriteAllTextAsync(file, Collection(Feature("Polygon", Square)));
        await using var host = await SandboxHost.StartAsync(configure: b =>
        {
            b.Configuration["Map:TileUrl"] = tiles;
            b.Configuration["Map:Outlines"] = outlines.Length > 0 ? file : "";
        });

        var page = await host.Http.GetStringAsync(new Uri("/nearby", UriKind.Relative));
        var served = await host.Http.GetJsonAsync("/api/public/districts");

        Assert.Equal(outlines.Length > 0, page.Contains("/api/public/districts", StringComparison.Ordinal));
        Assert.Equal(outlines.Length > 0 ? 1 : 0, served.GetProperty("features").GetArrayLength());
    }

    [Theory]
    [InlineData("loudi")]
    [InlineData("chuzhou")]
    public async Task The_sandboxs_districts_hold_their_own_pharmacies_and_no_others(string city)
    {
        await using var host = await SandboxHost.StartAsync(city);
        var outlines = OutlineFile.Parse(await host.Http.GetByteArrayAsync(new Uri("/api/public/districts", UriKind.Relative)), MapSystem.Wgs84);
        var pharmacies = (await host.Http.GetJsonAsync("/api/public/pharmacies")).GetProperty("pharmacies").EnumerateArray().ToList();

        Assert.Equal(city == "loudi" ? 5 : 228, pharmacies.Count);
        foreach (var pharmacy in pharmacies)
        {
            var place = new GeoPoint(pharmacy.GetProperty("latitude").GetDouble(), pharmacy.GetProperty("longitude").GetDouble());
            Assert.Equal([pharmacy.GetProperty("district").GetString()!], outlines.Where(o => o.Polygons.Any(p => Holds(p, place))).Select(o => o.Name));
        }
    }

    private static bool Holds(IReadOnlyList<IReadOnlyList<GeoPoint>> rings, GeoPoint p)
    {
        var inside = false;
        foreach (var (a, b) in rings.SelectMany(r => r.Zip(r.Skip(1))))
        {
            if ((a.Latitude > p.Latitude) != (b.Latitude > p.Latitude)
                && p.Longitude < ((b.Longitude - a.Longitude) * (p.Latitude - a.Latitude) / (b.Latitude - a.Latitude)) + a.Longitude) inside = !inside;
        }

        return inside;
    }

    private static async Task<HttpResponseMessage> GetAsync(SandboxHost host, string path, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        return await host.Http.SendAsync(request);
    }

    private static (double Longitude, double Latitude) First(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var place = document.RootElement.GetProperty("features")[0].GetProperty("geometry").GetProperty("coordinates")[0][0][0];
        return (place[0].GetDouble(), place[1].GetDouble());
    }

    private static IReadOnlyList<Outline> Parse(string json) => OutlineFile.Parse(Encoding.UTF8.GetBytes(json), MapSystem.Wgs84);

    private static string Collection(string features) => $$"""{"type":"FeatureCollection","features":[{{features}}]}""";

    private static string Feature(string type, string coordinates, string properties = """{"name":"东区"}""") =>
        $$"""{"type":"Feature","properties":{{properties}},"geometry":{"type":"{{type}}","coordinates":{{coordinates}} } }""";

    // A ring of one place more than a number.
    private static string Ring(int places)
    {
        var all = Enumerable.Range(0, places).Select(i => FormattableString.Invariant($"[{112 + (i % 100 * 0.001)},{27 + (i / 100 * 0.001)}]")).ToList();
        return $"[[{string.Join(',', all)},{all[0]}]]";
    }
}
