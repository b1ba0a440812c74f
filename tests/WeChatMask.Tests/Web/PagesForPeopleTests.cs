using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>A person with a browser reads pages: no refusal and no link shows data that is meant for programs, and whoever works here stays at work.</summary>
public sealed partial class PagesForPeopleTests
{
    private const string Accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
    private const string Number = "20200210008";

    private static readonly Dictionary<string, string?> NoLimits = new(StringComparer.Ordinal) { ["Site:RateLimits"] = "false" };
    private static readonly string[] WorkPaths = ["/pharmacy", "/supervisor", "/administrator", "/staff", "/api/pharmacy", "/api/supervisor", "/api/staff"];
    private static readonly string[] Nowhere =
    [
        "/api", "/api/nothing", "/api/public/nothing", "/nothing", "/nothing.csv", "/notices/nothing.xlsx",
        "/pharmacy/nothing", "/supervisor/nothing", "/supervisor/nothing.csv", "/administrator/nothing", "/staff/nothing", "/api/supervisor/nothing", "/api/pharmacy/nothing",
    ];

    [Fact]
    public async Task Every_refusal_that_a_browser_meets_is_a_page_and_that_of_a_workplace_stays_there()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", settings: NoLimits);
        using var expired = await ExpiredAsync(host);
        using var resident = (await host.NewResidentAsync(1)).Http;
        using var clerk = await host.ClerkAsync("LD01");
        using var lead = await host.StaffAsync("lead-ld01");
        using var supervisor = await host.SupervisorAsync();
        using var auditor = await host.StaffAsync("auditor");
        var callers = new Dictionary<string, HttpClient>(StringComparer.Ordinal)
        {
            ["nobody"] = host.Browser(), ["resident"] = resident, ["clerk"] = clerk, ["lead"] = lead, ["supervisor"] = supervisor, ["auditor"] = auditor, ["expired"] = expired,
        };
        var wrong = new List<string>();
        var (refused, atWork) = (0, 0);
        foreach (var path in Paths(host))
        {
            // Its log-out and its own dashboard are others' work.
            if (path.StartsWith("/wechat", StringComparison.Ordinal) || path.Contains("hangfire", StringComparison.Ordinal) || path.StartsWith("/health", StringComparison.Ordinal)) continue;
            foreach (var (who, browser) in callers)
            {
                using var answer = await OpenAsync(browser, path);
                if ((int)answer.StatusCode < 400) continue;
                refused++;
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.Content.Headers.ContentType?.MediaType != "text/html") wrong.Add($"{who} {path}: {(int)answer.StatusCode} {answer.Content.Headers.ContentType}");
                if (!WorkPaths.Any(w => path == w || path.StartsWith(w + "/", StringComparison.Ordinal))) continue;
                atWork++;
                if (!text.Contains("/css/staff.", StringComparison.Ordinal)) wrong.Add($"{who} {path}: {(int)answer.StatusCode} is not in the staff's look");
                wrong.AddRange(Links().Matches(text).Select(m => m.Groups[1].Value)
                    .Where(l => l != "#main" && !WorkPaths.Any(w => l == w || l.StartsWith(w + "/", StringComparison.Ordinal) || l.StartsWith(w + "?", StringComparison.Ordinal)) && !l.StartsWith("/large-type", StringComparison.Ordinal))
                    .Select(l => $"{who} {path}: leads to {l}"));
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Distinct(StringComparer.Ordinal)));
        Assert.True(refused > 200 && atWork > 100, $"{refused} refusals, {atWork} at work");
    }

    [Fact]
    public async Task A_refusals_own_sentence_stands_on_the_page_and_a_program_still_gets_its_code()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        const string path = "/api/public/rounds/2020-02-10/list.csv?pharmacy=LD01";
        using var page = await OpenAsync(host.Http, path);
        var (status, problem) = ((int)page.StatusCode, await host.Http.GetAsync(new Uri(path, UriKind.Relative)));
        Assert.Equal((404, "application/problem+json"), (status, problem.Content.Headers.ContentType?.MediaType));
        var said = System.Text.Json.JsonDocument.Parse(await problem.Content.ReadAsStringAsync()).RootElement.GetProperty("title").GetString()!;
        Assert.Contains(said, await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // Who names both, as a script may, is a program.
        using var both = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        both.Headers.TryAddWithoutValidation("Accept", "application/json, text/html");
        using var script = await host.Http.SendAsync(both);
        Assert.Equal("application/problem+json", script.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("2020-02-10T18:59:00+08:00")]
    [InlineData("2020-02-11T10:00:00+08:00")]
    public async Task No_link_of_a_page_opens_data_for_programs(string clock)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", settings: NoLimits);
        using var resident = (await host.NewResidentAsync(1)).Http;
        if (clock[..10] != "2020-02-10") await host.SetClockAsync("2020-02-11T19:30:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var lead = await host.StaffAsync("lead-ld01");
        using var supervisor = await host.SupervisorAsync();
        using var auditor = await host.StaffAsync("auditor");
        var wrong = new List<string>();
        var followed = 0;
        foreach (var (browser, home) in new[] { (host.Http, "/"), (resident, "/"), (clerk, "/pharmacy"), (lead, "/pharmacy"), (supervisor, "/supervisor"), (auditor, "/supervisor") })
        {
            var seen = new HashSet<string>(StringComparer.Ordinal) { home };
            var open = new Queue<string>(seen);
            while (open.TryDequeue(out var path))
            {
                using var answer = await OpenAsync(browser, path);
                followed++;
                var type = answer.Content.Headers.ContentType?.MediaType ?? "";
                if (type.Contains("json", StringComparison.Ordinal)) wrong.Add(path);
                if (type != "text/html") continue;
                foreach (Match link in Links().Matches(await answer.Content.ReadAsStringAsync()))
                {
                    var next = WebUtility.HtmlDecode(link.Groups[1].Value).Split('#')[0];
                    if (!next.StartsWith('/') || next.StartsWith("/large-type", StringComparison.Ordinal) || next.StartsWith("/login", StringComparison.Ordinal) || next.Contains("hangfire", StringComparison.Ordinal)) continue;
                    // Of pages that differ in a question alone, a few tell of all.
                    if (seen.Count(s => s.Split('?')[0] == next.Split('?')[0]) < 3 && seen.Add(next)) open.Enqueue(next);
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Distinct(StringComparer.Ordinal)));
        Assert.True(followed > 60, $"{followed}");
    }

    private static IEnumerable<string> Paths(SandboxHost host) => WalkedRoute.Of(host, name => name switch { "code" => "LD99", "number" => Number, "id" => "999999", _ => null })
        .Concat(WalkedRoute.Of(host, _ => "nothing")).Select(r => r.Path)
        // What only takes a body, asked by GET.
        .Concat(host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => p.StartsWith("/api/", StringComparison.Ordinal)).Select(p => Regex.Replace(p, @"\{[^}]*\}", "nothing")))
        .Concat(Nowhere).Distinct(StringComparer.Ordinal).ToList();

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient browser, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", Accept);
        var answer = await browser.SendAsync(request, path.Contains("/events", StringComparison.Ordinal) ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead);
        return answer;
    }

    private static async Task<HttpClient> ExpiredAsync(SandboxHost host)
    {
        var browser = await host.SupervisorAsync();
        var me = await PageReader.OpenAsync(browser, "/supervisor");
        Assert.Equal(HttpStatusCode.OK, me.Status);
        await host.Get<WeChatMask.Data.Database>().WriteAsync(w => w.ExecuteAsync("DELETE FROM session; UPDATE session_change SET version = version + 1"), CancellationToken.None);
        return browser;
    }

    [GeneratedRegex("<a [^>]*href=\"([^\"]+)\"")]
    private static partial Regex Links();
}
