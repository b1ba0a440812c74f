using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>Every cookie of the product belongs to its one host and to https, wherever https is spoken.</summary>
public sealed class CookieTests
{
    // Set only between a password and a code; by the same response as all others.
    private const string OfASecondFactor = "wm_staff_code";

    [Theory]
    [InlineData("https", "__Host-")]
    [InlineData("http", "")]
    public async Task Every_cookie_that_is_set_anywhere_is_the_hosts_own_and_for_https(string scheme, string prefix)
    {
        var settings = new Dictionary<string, string?>(HttpsBrowser.Settings, StringComparer.Ordinal) { ["Site:LogInsAtLeast"] = "1", ["Site:LogInsAtMost"] = "1" };
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: settings);
        var set = new ConcurrentBag<string>();
        foreach (var (username, password) in new (string?, string?)[]
        {
            (null, null), ("clerk-ld01", DemoStaffStore.ClerkPassword), (DemoStaffStore.Supervisor, DemoStaffStore.SupervisorPassword),
            ("auditor", "auditor-demo"), ("administrator", "administrator-demo"), ("lead-ld01", "lead-demo"),
        })
        {
            using var browser = HttpsBrowser.Of(host, set.Add, scheme);
            if (username is null) await VisitAsync(host, browser);
            else
            {
                using var wrong = await StaffLogins.LogInAsync(browser, username, "wrong");
                using var right = await StaffLogins.LogInAsync(browser, username, password!);
                Assert.Equal(HttpStatusCode.Found, right.StatusCode);
                using var home = await browser.GetAsync(right.Headers.Location);
                Assert.True(home.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found, $"{home.StatusCode}");
            }

            foreach (var path in Gets(host))
            {
                using var answer = await browser.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
                Assert.True((int)answer.StatusCode < 500, $"{path} {answer.StatusCode}");
            }
        }

        // Some two dozen come in at once, the others get a place in line.
        for (var i = 0; i < 60 && !set.Any(c => c.Contains("wm_line", StringComparison.Ordinal)); i++)
        {
            using var browser = HttpsBrowser.Of(host, set.Add, scheme);
            using var answer = await browser.GetAsync(new Uri("/login", UriKind.Relative));
        }

        Assert.All(set, cookie =>
        {
            Assert.StartsWith(prefix + "wm_", cookie, StringComparison.Ordinal);
            var parts = cookie.Split(';', StringSplitOptions.TrimEntries).Select(p => p.ToLowerInvariant()).ToList();
            Assert.Equal(scheme == "https", parts.Contains("secure"));
            Assert.Contains("httponly", parts);
            Assert.DoesNotContain(parts, p => p.StartsWith("domain", StringComparison.Ordinal));
            if (scheme == "https") Assert.Contains("path=/", parts);
        });
        // Each that the source names was met, so that none is held by luck; a name that ends open has one cookie for each log-in begun.
        var named = set.Select(c => c.Split('=')[0][prefix.Length..]).ToHashSet(StringComparer.Ordinal);
        Assert.All(Named().Where(n => n != OfASecondFactor), name => Assert.Contains(named, n => n == name || (name.EndsWith('_') && n.StartsWith(name, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_cookie_that_plain_http_or_another_host_has_set_is_not_read_over_https()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: HttpsBrowser.Settings);
        var cookies = new List<string>();
        using var browser = HttpsBrowser.Of(host, cookies.Add);
        using (var login = await StaffLogins.LogInAsync(browser, "clerk-ld01", DemoStaffStore.ClerkPassword)) Assert.Equal(HttpStatusCode.Found, login.StatusCode);
        var session = cookies.Last(c => c.StartsWith("__Host-wm_staff=", StringComparison.Ordinal)).Split(';')[0];

        Assert.Equal(HttpStatusCode.OK, await AskAsync(session));
        foreach (var forged in new[] { session["__Host-".Length..], "__Secure-" + session["__Host-".Length..], session.ToLowerInvariant().Replace("__host-", "__host-", StringComparison.Ordinal) })
            Assert.Equal(HttpStatusCode.Found, await AskAsync(forged));

        async Task<HttpStatusCode> AskAsync(string cookie)
        {
            using var other = HttpsBrowser.Of(host, _ => { });
            other.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", cookie);
            using var answer = await other.GetAsync(new Uri("/pharmacy", UriKind.Relative));
            return answer.StatusCode;
        }
    }

    // A resident: log-in by WeChat's stand-in, an SMS code, large type, an invitation.
    private static async Task VisitAsync(SandboxHost host, HttpClient browser)
    {
        await HttpsBrowser.LogInAsync(host, browser, "o-cookie");
        using (var page = await browser.GetAsync(new Uri("/residents", UriKind.Relative))) Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        foreach (var path in new[] { "/large-type?on=1", "/large-type?on=0", "/login/phone", "/staff/welcome?token=abc" })
            using (await browser.GetAsync(new Uri(path, UriKind.Relative))) { }
        var token = Phone.FormToken(await browser.GetStringAsync(new Uri("/login/phone", UriKind.Relative)));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["mobile"] = "13800138000", ["__RequestVerificationToken"] = token });
        using var sent = await browser.PostAsync(new Uri("/login/phone?handler=Code", UriKind.Relative), form);
    }

    private static IEnumerable<Uri> Gets(SandboxHost host) => host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>() is not { } methods || methods.HttpMethods.Contains("GET"))
        .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
        .Where(p => !p.StartsWith("/sandbox", StringComparison.Ordinal) && !p.Contains("**", StringComparison.Ordinal) && !p.Contains("logout", StringComparison.Ordinal))
        .Select(p => new Uri(Regex.Replace(p, @"\{[^}]*\}", "2020-02-10"), UriKind.Relative)).Distinct();

    private static IEnumerable<string> Named() => Directory.EnumerateFiles(Path.Combine(Architecture.Repository.Root, "src/WeChatMask"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
        .SelectMany(f => Regex.Matches(File.ReadAllText(f), "\"(wm_[a-z_]{2,})\"").Select(m => m.Groups[1].Value))
        .Distinct(StringComparer.Ordinal);
}
