using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using WeChatMask.OpenData;
using WeChatMask.Tests.Levers;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.OpenData;

/// <summary>What the public checks: a day by pharmacy, days side by side, the rules' history, the feed, and the table of open files.</summary>
public sealed class OpenRecordsTests
{
    private const int MostElements = 1500;
    private const int LargestPage = 100 * 1024;
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    [Theory]
    [InlineData("")]
    [InlineData("?q=%E5%87%A4%E9%98%B3")]
    [InlineData("?pharmacy=CZ003")]
    [InlineData("?pharmacy=CZ003&find=1")]
    public async Task A_day_of_228_pharmacies_stays_small(string query)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-12T20:05:00+08:00");
        var page = await PageReader.OpenAsync(host.Http, $"/notices/2020-02-12{query}");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.InRange(Regex.Count(page.Html, "<[a-z]"), 50, MostElements);
        Assert.InRange(page.Html.Length, 1000, LargestPage);
        PublicPageTests.AssertNothingInline(page.Html);
        var bars = Regex.Matches(page.Html, "<progress value=\"(\\d+)\" max=\"(\\d+)\"[^>]*></progress><span>约出 (\\d+)／(\\d+)");
        Assert.Equal(query.Length == 0 ? 228 : bars.Count, bars.Count);
        Assert.NotEmpty(bars);
        Assert.All(bars, b => Assert.Equal(b.Groups[1].Value, b.Groups[3].Value));
        var books = await host.Http.GetJsonAsync("/api/public/rounds/2020-02-12");
        foreach (var p in books.GetProperty("pharmacies").EnumerateArray())
        {
            var at = Regex.Match(page.Html, $"pharmacy={p.GetProperty("code").GetString()}#chosen\"[^>]*>[^<]*</a><progress value=\"(\\d+)\" max=\"(\\d+)\"");
            if (!at.Success) continue;
            Assert.Equal((p.GetProperty("places").GetInt32() - p.GetProperty("left").GetInt32()).ToString(CultureInfo.InvariantCulture), at.Groups[1].Value);
            Assert.Equal(p.GetProperty("places").GetInt32().ToString(CultureInfo.InvariantCulture), at.Groups[2].Value);
        }
    }

    [Fact]
    public async Task One_finds_the_own_line_by_serial_or_the_end_of_the_own_number_and_nobody_elses()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        for (var i = 1; i <= 3; i++)
        {
            using var resident = await host.NewResidentAsync(i);
            Assert.Equal(201, (await resident.BookAsync("LD02", "a")).Status);
        }

        await host.SetClockAsync("2020-02-10T22:05:00+08:00");
        var list = (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10/list?pharmacy=LD02")).GetProperty("entries").EnumerateArray().ToList();
        var own = list.First(e => e.GetProperty("idNumber").GetString()!.EndsWith(People.IdNumber(2)[^4..], StringComparison.Ordinal));
        foreach (var find in new[] { own.GetProperty("serial").GetInt32().ToString(CultureInfo.InvariantCulture), People.IdNumber(2)[^4..] })
        {
            var page = await PageReader.OpenAsync(host.Http, $"/notices/2020-02-10?pharmacy=LD02&find={find}");
            var rows = Regex.Matches(page.Html[page.Html.IndexOf("id=\"lists\"", StringComparison.Ordinal)..], "<tr><td>(\\d+)</td><td>[^<]*</td><td>([^<]*)</td>");
            Assert.NotEmpty(rows);
            Assert.All(rows, r => Assert.Contains(find, new[] { r.Groups[1].Value, r.Groups[2].Value }));
            Assert.Contains(rows, r => r.Groups[1].Value == own.GetProperty("serial").GetInt32().ToString(CultureInfo.InvariantCulture));
        }

        var none = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10?find=<b>x");
        Assert.Contains("没有找到“&lt;b&gt;x”", none.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_feed_is_valid_absolute_stable_and_asked_again_by_its_tag()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:00:00+08:00", configure: b => b.Configuration["Site:PublicBaseUrl"] = "https://mask.example.gov.cn");
        using var supervisor = await host.SupervisorAsync();
        var preview = await LeverTests.PreviewAsync(supervisor, new { kind = "pause", date = "2020-02-10" });
        Assert.Equal(201, (await LeverTests.PressAsync(supervisor, "pause", preview, "短信故障")).Status);
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");

        using var answer = await host.Http.GetAsync(new Uri("/notices.atom", UriKind.Relative));
        Assert.Equal(("application/atom+xml", HttpStatusCode.OK), (answer.Content.Headers.ContentType?.MediaType, answer.StatusCode));
        var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!;
        Assert.Equal(Atom + "feed", feed.Name);
        var entries = feed.Elements(Atom + "entry").ToList();
        Assert.Contains(entries, e => e.Element(Atom + "summary")!.Value.Contains("短信故障", StringComparison.Ordinal));
        Assert.Contains(entries, e => e.Element(Atom + "id")!.Value == "https://mask.example.gov.cn/notices/2020-02-10");
        foreach (var part in entries.Append(feed))
        {
            Assert.Single(part.Elements(Atom + "title"));
            Assert.Single(part.Elements(Atom + "id"));
            Assert.True(DateTimeOffset.TryParse(Assert.Single(part.Elements(Atom + "updated")).Value, CultureInfo.InvariantCulture, out _));
            Assert.All(part.Elements(Atom + "link"), l => Assert.StartsWith("https://mask.example.gov.cn/", l.Attribute("href")!.Value, StringComparison.Ordinal));
        }

        Assert.Equal(entries.Count, entries.Select(e => e.Element(Atom + "id")!.Value).Distinct(StringComparer.Ordinal).Count());
        Assert.Single(feed.Elements(Atom + "author"));
        // Each leads to something that is there.
        foreach (var link in entries.Select(e => new Uri(e.Element(Atom + "link")!.Attribute("href")!.Value).PathAndQuery).Distinct(StringComparer.Ordinal))
            Assert.Equal(HttpStatusCode.OK, (await PageReader.OpenAsync(host.Http, link)).Status);
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("/notices.atom", UriKind.Relative));
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var same = await host.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Theory]
    [InlineData("loudi", "2020-02-10T18:59:00+08:00", "2020-02-11T10:00:00+08:00", "LD01", "2020-02-10")]
    [InlineData("chuzhou", "2020-02-02T17:29:00+08:00", "2020-02-03T10:00:00+08:00", "CZ003", "2020-02-02")]
    public async Task The_table_of_open_files_says_what_the_files_have(string city, string start, string later, string code, string date)
    {
        await using var host = await SandboxHost.StartAsync(city, start);
        await host.SetClockAsync(later);
        var page = await PageReader.OpenAsync(host.Http, "/open-data");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotMatch("Column_|Data_", page.Text);
        Assert.Contains(OpenDataFiles.Version, page.Text, StringComparison.Ordinal);
        foreach (var file in OpenDataFiles.All)
        {
            Assert.Contains(file.Path + file.Query, page.Text, StringComparison.Ordinal);
            Assert.All(file.Columns, c => Assert.Contains(c == OpenDataFiles.Window ? "window{n}" : c, page.Text, StringComparison.Ordinal));
            var query = file.Query.Replace("{code}", code, StringComparison.Ordinal);
            var path = file.Path.Replace("{date}", date, StringComparison.Ordinal);
            var json = await host.Http.GetJsonAsync(path + query);
            if (!file.HasCsv)
            {
                var lines = json.EnumerateObject().First(m => m.Value.ValueKind == System.Text.Json.JsonValueKind.Array).Value.EnumerateArray().ToList();
                Assert.Equal(file.Columns.Order(StringComparer.Ordinal), lines[0].EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
                continue;
            }

            var csv = (await host.Http.GetStringAsync(new Uri($"{path}.csv{query}", UriKind.Relative))).TrimStart('\uFEFF');
            var heads = csv.Split('\n')[0].Trim().Split(',').Select(h => Regex.IsMatch(h, "^window\\d+(Places|RolledIn|RolledOut|Booked)$") ? OpenDataFiles.Window : h).Distinct(StringComparer.Ordinal);
            Assert.Equal(file.Columns, heads);
        }
    }

    [Fact]
    public async Task Days_side_by_side_are_the_days_own_books()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(1);
        Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        await host.SetClockAsync("2020-02-11T21:30:00+08:00");
        var page = await PageReader.OpenAsync(host.Http, "/notices/trends");
        var row = Regex.Match(page.Html, "<a href=\"/notices/2020-02-10\">02-10</a></th><td>(\\d+)</td><td>(\\d+)</td><td>(\\d+)</td><td>(\\d+)</td>");
        Assert.True(row.Success, page.Html);
        var totals = (await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10")).GetProperty("totals");
        int Of(string name) => totals.GetProperty(name).GetInt32();
        Assert.Equal([Of("places"), Of("places") - Of("left"), Of("redeemed"), Of("lapsed")], row.Groups.Values.Skip(1).Select(g => int.Parse(g.Value, CultureInfo.InvariantCulture)));
        Assert.True(Of("places") > Of("left"));
        Assert.Contains("<rect class=\"part\"", page.Html, StringComparison.Ordinal);
        PublicPageTests.AssertNothingInline(page.Html);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/notices")]
    [InlineData("/notices/2020-02-10")]
    public async Task A_page_that_is_passed_on_has_a_picture_of_its_own_at_an_absolute_address(string path)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:00:00+08:00", configure: b => b.Configuration["Site:PublicBaseUrl"] = "https://mask.example.gov.cn");
        var page = await PageReader.OpenAsync(host.Http, path);
        var picture = Regex.Match(page.Html, "<meta property=\"og:image\" content=\"(https://mask.example.gov.cn/[^\"]+)\"").Groups[1].Value;
        Assert.Contains($"<meta property=\"og:url\" content=\"https://mask.example.gov.cn{path}\"", page.Html, StringComparison.Ordinal);
        using var answer = await host.Http.GetAsync(new Uri(new Uri(picture).AbsolutePath, UriKind.Relative));
        Assert.Equal(("image/png", HttpStatusCode.OK), (answer.Content.Headers.ContentType?.MediaType, answer.StatusCode));
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync()).Length, 1000, 80 * 1024);
    }

    [Fact]
    public async Task The_rules_in_force_stand_before_what_was_changed_and_when()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:00:00+08:00");
        var page = await PageReader.OpenAsync(host.Http, "/notices/rules");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("每次 5 只口罩，每只 1.60 元，共 8.00 元", page.Text, StringComparison.Ordinal);
        Assert.Contains("历次调整", page.Text, StringComparison.Ordinal);
    }
}
