using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>The sandbox speaks Chinese and English; the product behind it, and what happens in the city, stay Chinese.</summary>
public sealed partial class SandboxLanguageTests
{
    private const string Folder = "src/WeChatMask.Sandbox/";

    // Names of made-up people and the account's own templates are not the sandbox's words.
    private static readonly string[] Chinese = ["Person_", "GivenNames", "Surnames", "Template_", "Field_"];

    [Theory]
    [InlineData("World")]
    [InlineData("Stage")]
    [InlineData("Cheat")]
    public void Every_sentence_of_the_sandbox_has_its_English_with_the_same_blanks(string file)
    {
        var chinese = Sentences($"Text/{file}.resx").Where(s => !Array.Exists(Chinese, c => s.Key.StartsWith(c, StringComparison.Ordinal))).ToDictionary();
        var english = Sentences($"Text/{file}.en.resx");

        Assert.Equal(chinese.Keys.Order(StringComparer.Ordinal), english.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, e =>
        {
            Assert.NotEqual("", e.Value.Trim());
            Assert.Empty(Blanks(e.Value).Except(Blanks(chinese[e.Key]), StringComparer.Ordinal));
        });
        // A count is never dropped; what the goods are called is, since their name is Chinese.
        Assert.All(chinese.Where(c => c.Key is not ("Lead" or "Follow_Lead")), c => Assert.Equal(Blanks(c.Value), Blanks(english[c.Key])));
    }

    [Fact]
    public void No_sentence_stands_in_a_page_or_script_of_the_sandbox_and_scripts_find_all_of_theirs()
    {
        var files = Repository.Files(Folder + "Pages", ".cshtml").Concat(Repository.Files(Folder + "wwwroot", ".js")).ToList();
        var said = Sentences("Text/Stage.resx").Keys.Concat(Sentences("Text/Cheat.resx").Keys).Where(k => k.StartsWith("say-", StringComparison.Ordinal)).Select(k => k[4..]).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.DoesNotMatch(Han(), Repository.Read(f)));
        Assert.All(files.SelectMany(f => Said().Matches(Repository.Read(f))), m => Assert.Contains(m.Groups["key"].Value, said));
    }

    [Theory]
    [InlineData(null, "zh-CN")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN")]
    [InlineData("zh-TW,zh;q=0.9,en-US;q=0.8", "zh-CN")]
    [InlineData("en-GB,en;q=0.9", "en")]
    [InlineData("en;q=0.8,zh-CN;q=0.9", "zh-CN")]
    [InlineData("fr-FR,en;q=0.5", "en")]
    [InlineData("fr-FR", "zh-CN")]
    [InlineData("*", "zh-CN")]
    [InlineData(",;=x", "zh-CN")]
    public async Task The_browser_says_which_language_it_prefers(string? preferred, string language)
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser(followsRedirects: true);
        if (preferred is not null) browser.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", preferred);

        Assert.Equal(language, Language(await PageReader.OpenAsync(browser, "/sandbox")));
        Assert.Equal(language, Language(await PageReader.OpenAsync(browser, "/login?returnUrl=%2Fbook")));
        // The product is the city's, whatever a browser prefers.
        Assert.Equal("zh-CN", Language(await PageReader.OpenAsync(browser, "/")));
    }

    [Fact]
    public async Task A_chosen_language_stays_and_the_feed_and_the_neighbours_reasons_follow_it()
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser(followsRedirects: true);
        browser.DefaultRequestHeaders.Add("Accept-Language", "zh-CN");

        var english = await PageReader.OpenAsync(browser, "/sandbox?lang=en");
        Assert.Equal(("/sandbox", "en"), (english.Address.PathAndQuery, Language(english)));
        Assert.Equal("en", Language(await PageReader.OpenAsync(browser, "/sandbox")));
        using (var moved = await browser.PostAsync(new Uri("/sandbox/clock", UriKind.Relative), JsonBody(new { now = "2020-02-10T18:58:00+08:00" }))) moved.EnsureSuccessStatusCode();
        var (_, crowd) = await JsonCalls.PostAsync(browser, "/sandbox/neighbours", new { count = 1 });
        var feed = await browser.GetJsonAsync("/sandbox/activity");
        Assert.Equal("not open yet", crowd.GetProperty("refused")[0].GetProperty("reason").GetString());
        Assert.Contains(feed.GetProperty("entries").EnumerateArray(), e => e.GetProperty("text").GetString() == "2 rounds planned by the rules");
        // What the account writes to its people is Chinese, though an English page has sent for it.
        var (_, answer) = await JsonCalls.PostAsync(browser, "/sandbox/phones/o-en/messages", new { type = "text", content = "\u5e2e\u52a9" });
        Assert.Matches(Han(), answer.GetProperty("reply").GetProperty("content").GetString()!);

        Assert.Equal("zh-CN", Language(await PageReader.OpenAsync(browser, "/sandbox?lang=zh-CN")));
        Assert.Contains((await browser.GetJsonAsync("/sandbox/activity")).GetProperty("entries").EnumerateArray(), e => Han().IsMatch(e.GetProperty("text").GetString()!));
    }

    [Theory]
    [InlineData("xx")]
    [InlineData("")]
    [InlineData("%00")]
    [InlineData("en%0d%0aSet-Cookie:a=b")]
    public async Task A_language_that_is_none_does_no_harm(string language)
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser(followsRedirects: true);

        var page = await PageReader.OpenAsync(browser, $"/sandbox?lang={language}");

        Assert.Equal((HttpStatusCode.OK, "zh-CN"), (page.Status, Language(page)));
    }

    private static string Language(PageReader page) => Regex.Match(page.Html, "<html[^>]* lang=\"([^\"]+)\"").Groups[1].Value;

    private static StringContent JsonBody(object body) => new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");

    private static Dictionary<string, string> Sentences(string file) =>
        XDocument.Parse(Repository.Read(Folder + file)).Root!.Elements("data").ToDictionary(e => e.Attribute("name")!.Value, e => e.Element("value")!.Value, StringComparer.Ordinal);

    private static IEnumerable<string> Blanks(string sentence) => Blank().Matches(sentence).Select(m => m.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d\}", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();

    [GeneratedRegex(@"\bsay\('(?<key>[a-z-]+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Said();

    [GeneratedRegex(@"[\u4e00-\u9fff]", RegexOptions.CultureInvariant)]
    private static partial Regex Han();
}
