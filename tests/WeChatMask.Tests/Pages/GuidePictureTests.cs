using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>The guides' pictures are drawn for them, and nothing in one can go stale.</summary>
public sealed partial class GuidePictureTests
{
    private const int Largest = 4 * 1024;

    [Theory]
    [InlineData("/guide")]
    [InlineData("/staff/guide")]
    public async Task Each_step_has_a_light_drawing_without_words_that_is_described_beside_it(string path)
    {
        await using var host = await SandboxHost.StartAsync();
        var page = await PageReader.OpenAsync(host.Http, path);
        var steps = Step().Matches(page.Html);

        Assert.Equal(6, steps.Count);
        Assert.Equal(6, steps.Select(s => s.Groups["alt"].Value).Distinct(StringComparer.Ordinal).Count());
        foreach (var step in steps.AsEnumerable())
        {
            using var answer = await host.Http.GetAsync(new Uri(step.Groups["src"].Value.Split('?')[0], UriKind.Relative));
            Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType?.MediaType);
            var drawing = await answer.Content.ReadAsStringAsync();
            Assert.InRange(drawing.Length, 200, Largest);
            // Shapes alone: no words, no picture of a page, nothing from elsewhere.
            Assert.All(XDocument.Parse(drawing).Descendants(), e => Assert.Contains(e.Name.LocalName, (string[])["svg", "g", "rect", "circle", "path"]));
            Assert.NotEqual(WebUtility.HtmlDecode(step.Groups["title"].Value).Trim(), WebUtility.HtmlDecode(step.Groups["alt"].Value));
        }
    }

    [Fact]
    public void No_drawing_is_left_that_no_step_shows() =>
        Assert.Equal(
            Enumerable.Range(1, 6).SelectMany(n => (string[])[$"clerk-{n}.svg", $"resident-{n}.svg"]).Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(Repository.Root, "src", "WeChatMask", "wwwroot", "pictures")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));

    [GeneratedRegex("<h2><span class=\"guide-number\">\\d</span>(?<title>[^<]+)</h2>.*?<img class=\"guide-picture\" src=\"(?<src>[^\"]+)\"[^>]* alt=\"(?<alt>[^\"]{8,})\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Step();
}
