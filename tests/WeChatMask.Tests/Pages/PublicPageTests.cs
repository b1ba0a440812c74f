using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>Pages that need no log-in: for everybody the same, and nobody's data on them.</summary>
public sealed class PublicPageTests
{
    private static readonly string[] Paths = ["/", "/guide", "/notices", "/notices/2020-02-10", "/notices/2020-02-10/print", "/notices/trends", "/notices/rules", "/open-data", "/check", "/check?d=2020-02-10&n=0", "/complaints"];

    [Fact]
    public async Task Public_pages_open_without_log_in_may_be_cached_and_set_no_cookie()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        foreach (var path in Paths)
        {
            var page = await PageReader.OpenAsync(host.Http, path);

            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.True(page.Answer.Headers.CacheControl!.Public, path);
            Assert.True(page.Answer.Headers.CacheControl.MaxAge is { TotalSeconds: > 0 and <= 60 }, path);
            Assert.Contains("Cookie", page.Answer.Headers.Vary);
            Assert.False(page.Answer.Headers.Contains("Set-Cookie"), path);
            Assert.DoesNotContain("__RequestVerificationToken", page.Html, StringComparison.Ordinal);
            AssertNothingInline(page.Html);
        }
    }

    [Fact]
    public async Task The_home_page_follows_the_evening_and_says_the_policy_in_words()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        var before = await PageReader.OpenAsync(host.Http, "/");
        Assert.Contains("data-state=\"announced\"", before.Html, StringComparison.Ordinal);
        Assert.Contains("每次 5 只口罩，每只 1.60 元，共 8.00 元", before.Text, StringComparison.Ordinal);
        Assert.Contains("2月12日 周三 起可再约", before.Text, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.Contains("data-state=\"open\"", (await PageReader.OpenAsync(host.Http, "/")).Html, StringComparison.Ordinal);
        await host.SetClockAsync("2020-02-10T22:05:00+08:00");
        Assert.Contains("data-state=\"published\"", (await PageReader.OpenAsync(host.Http, "/")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Between_two_windows_the_home_page_names_the_next_one()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:25:00+08:00");

        var home = await PageReader.OpenAsync(host.Http, "/");

        Assert.Contains("每天 17:30–20:00 分 5 场", home.Text, StringComparison.Ordinal);
        Assert.True(Regex.Count(home.Html, "<details") > 1);
        Assert.Single(Regex.Matches(home.Html, "<details[^>]*open"));
        Assert.Equal(5, Regex.Match(home.Html, "data-windows=\"([^\"]*)\"").Groups[1].Value.Split(' ').Length);
    }

    [Fact]
    public async Task A_days_notice_shows_books_and_masked_list_and_no_persons_data()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(7);
        var number = (await resident.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;
        var open = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10");
        Assert.DoesNotContain("张", open.Text, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T22:05:00+08:00");

        var notice = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10");
        Assert.Contains("张**", notice.Text, StringComparison.Ordinal);
        Assert.Contains(People.IdNumber(7)[^4..], notice.Text, StringComparison.Ordinal);
        Assert.Contains("noindex", notice.Html, StringComparison.Ordinal);
        Assert.Contains("noindex, nofollow", notice.Answer.Headers.GetValues("X-Robots-Tag"));
        foreach (var path in Paths)
        {
            var html = (await PageReader.OpenAsync(host.Http, path)).Html;
            Assert.All(
                [number, "张三丰", People.IdNumber(7), People.IdNumber(7)[..14], People.Mobile(7)],
                secret => Assert.DoesNotContain(secret, html, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_city_of_many_pharmacies_shows_one_list_at_a_time()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T20:05:00+08:00");

        var notice = await PageReader.OpenAsync(host.Http, "/notices/2020-02-02?pharmacy=CZ003");

        Assert.Single(Regex.Matches(notice.Html, "<summary><span>[^<]+</span> <span class=\"quiet\">[0-9]+ 人"));
        Assert.Matches("pharmacy=CZ003#chosen\" aria-current=\"true\"", notice.Html);
    }

    [Theory]
    [InlineData("/notices/2019-01-01")]
    [InlineData("/notices/nonsense")]
    [InlineData("/notices/2019-01-01/print")]
    [InlineData("/notices/2019-01-01/note.txt")]
    [InlineData("/nowhere")]
    public async Task What_is_not_there_answers_404_as_a_page(string path)
    {
        await using var host = await SandboxHost.StartAsync();

        var page = await PageReader.OpenAsync(host.Http, path);

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains("<h1>", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_complaint_numbers_come_from_the_policy()
    {
        await using var host = await SandboxHost.StartAsync();

        var page = await PageReader.OpenAsync(host.Http, "/complaints");

        Assert.Contains("href=\"tel:12315\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"tel:8262190\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complaints_lead_a_person_whose_number_was_used_to_each_part_of_what_to_do()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00");
        var complaints = await PageReader.OpenAsync(host.Http, "/complaints");
        foreach (var part in new[] { "booked", "collected" })
        {
            Assert.Contains($"href=\"/not-mine#{part}\"", complaints.Html, StringComparison.Ordinal);
            Assert.Contains($"id=\"{part}\"", (await PageReader.OpenAsync(host.Http, "/not-mine")).Html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Large_type_is_remembered_and_leads_back_only_within_the_site()
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();
        var plain = await PageReader.OpenAsync(browser, "/guide");
        var link = WebUtility.HtmlDecode(Regex.Match(plain.Html, "href=\"(/large-type[^\"]*)\"").Groups[1].Value);

        var chosen = await PageReader.OpenAsync(browser, link);

        Assert.Equal("/guide", chosen.Answer.Headers.Location?.OriginalString);
        Assert.Contains("class=\"large\"", (await PageReader.OpenAsync(browser, "/complaints")).Html, StringComparison.Ordinal);
        var away = await PageReader.OpenAsync(browser, "/large-type?on=0&returnUrl=//elsewhere.example/");
        Assert.Equal("/", away.Answer.Headers.Location?.OriginalString);
        Assert.DoesNotContain("class=\"large\"", (await PageReader.OpenAsync(browser, "/")).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loudi", "2020-02-10T19:00:00+08:00")]
    [InlineData("chuzhou", "2020-02-03T17:30:00+08:00")]
    public async Task A_first_visit_of_the_home_page_costs_at_most_80_KB(string city, string clock)
    {
        const int most = 80 * 1024;
        await using var host = await SandboxHost.StartAsync(city, clock);
        var html = (await PageReader.OpenAsync(host.Http, "/")).Html;
        var assets = Regex.Matches(html, "(?:href|src)=\"(/[^\"]+\\.(?:css|js|svg))\"").Select(m => m.Groups[1].Value).ToList();
        // Modules that a module imports are not named on the page, nor is the board, which the script may fetch.
        var total = await CompressedSizeAsync(host, "/") + await CompressedSizeAsync(host, "/js/clock.js") + await CompressedSizeAsync(host, "/api/board");
        foreach (var asset in assets) total += await CompressedSizeAsync(host, asset);

        Assert.True(assets.Count >= 3, string.Join(' ', assets));
        Assert.True(total <= most, $"{total} bytes");
    }

    /// <summary>What the content policy would refuse anyway, found before a browser does.</summary>
    internal static void AssertNothingInline(string html)
    {
        Assert.DoesNotMatch("<style|\\sstyle=|\\son[a-z]+=|<script(?![^>]*src=)", html);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", html);
    }

    private static async Task<int> CompressedSizeAsync(SandboxHost host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        request.Headers.TryAddWithoutValidation("Accept", "text/html,*/*");
        using var answer = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadAsByteArrayAsync()).Length;
    }
}
