using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Jobs;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Architecture;

/// <summary>docs/roles.md is the table of who may do what. Every route of the running app is called as each of eight callers and held against it.</summary>
public sealed partial class RoleTableTests
{
    private const string Table = "docs/roles.md";
    private const string Files = "(files of wwwroot)";
    private const string Everybody = "Everybody";
    private const string Residents = "Residents";
    private const string Staff = "Staff";
    private const string OtherShop = "other shop's clerk";
    private const string Day = "2020-02-10";

    private static readonly string[] Columns = ["nobody", "resident", "clerk", OtherShop, "lead", "supervisor", "auditor", "administrator"];
    private static readonly Dictionary<string, string?> NoLimits = new(StringComparer.Ordinal) { ["Site:RateLimits"] = "false" };

    [Fact]
    public async Task Every_route_answers_every_caller_as_the_table_says()
    {
        await using var city = await WalkedCity.StartAsync();
        var table = Rows(Repository.Read(Table));
        var routes = await city.RoutesAsync();
        Assert.True(routes.Count > 80, $"Only {routes.Count} routes were found.");
        AssertNone(routes.Keys.Where(r => !table.ContainsKey(r)).Order(StringComparer.Ordinal));
        AssertNone(table.Keys.Where(r => !routes.ContainsKey(r)).Order(StringComparer.Ordinal));

        var wrong = new List<string>();
        foreach (var (route, (method, paths)) in routes)
        {
            foreach (var path in paths)
            {
                foreach (var who in Columns)
                {
                    var expected = table[route].Expected(who, path);
                    var got = await city.CallAsync(who, method, path, expected);
                    if (got is not null) wrong.Add($"{who}: {method} {path} must be {expected}, is {got}");
                }
            }
        }

        AssertNone(wrong);
    }

    [Fact]
    public async Task An_auditors_pages_have_nothing_that_changes_anything()
    {
        await using var city = await WalkedCity.StartAsync();
        var pages = Rows(Repository.Read(Table)).Where(r => r.Value.Section == Staff && r.Value.Cells["auditor"] == "yes" && r.Key.StartsWith("GET /supervisor", StringComparison.Ordinal)).ToList();
        Assert.True(pages.Count > 5);
        foreach (var (route, _) in pages)
        {
            using var answer = await city.Callers["auditor"].GetAsync(new Uri(WalkedCity.Filled(route.Split(' ')[1], city.Number), UriKind.Relative));
            if (answer.Content.Headers.ContentType?.MediaType != "text/html" || route.Contains("/hangfire", StringComparison.Ordinal)) continue;
            // Looking for something changes nothing, and its page has no other method.
            var html = SearchForms().Replace(await answer.Content.ReadAsStringAsync(), found =>
            {
                Assert.Contains($"GET {found.Groups["action"].Value}", pages.Select(p => p.Key));
                return "";
            });
            Assert.DoesNotMatch(OtherForms(), html);
            Assert.Single(Buttons().Matches(html));
        }
    }

    [Fact]
    public void A_table_with_a_hole_is_noticed()
    {
        Assert.Throws<FormatException>(() => Rows("## Staff\n| GET | `/x` | no | no | yes |\n"));
        Assert.Throws<FormatException>(() => Rows("## Staff\n| GET | `/x` | no | no | yes | perhaps | no | no | no | no |\n"));
        Assert.Throws<ArgumentException>(() => Rows("## Everybody\n| GET | `/x` |\n| GET | `/x` |\n"));
    }

    private static void AssertNone(IEnumerable<string> lines) => Assert.Equal("", string.Join('\n', lines));

    private static Dictionary<string, Row> Rows(string text)
    {
        var rows = new Dictionary<string, Row>(StringComparer.Ordinal);
        var section = "";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line[3..].Trim();
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length < 4 || cells[2].Trim('`') is not { Length: > 0 } route || route[0] is not ('/' or '(')) continue;
            var asked = section == Staff ? cells[3..^1] : [];
            if (section == Staff && (asked.Length != Columns.Length || asked.Any(c => c is not ("yes" or "own" or "no")))) throw new FormatException(line);
            var row = new Row(section, cells[3] == "signed", Columns.Zip(asked).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal));
            foreach (var method in cells[1].Split(' ')) rows.Add($"{method} {route}", row);
        }

        return rows;
    }

    [GeneratedRegex("<form(?![^>]*action=\"/staff/logout\")")]
    private static partial Regex OtherForms();

    [GeneratedRegex("<form method=\"get\"[^>]* action=\"(?<action>[^\"]*)\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex SearchForms();

    [GeneratedRegex("<(button|input)(?![^>]*(data-again|type=\"hidden\"))")]
    private static partial Regex Buttons();

    private enum Answer
    {
        Allowed,
        AllowedOwn,
        Signed,
        LogIn,
        Unknown,
        Forbidden,
    }

    private sealed record Row(string Section, bool IsSigned, IReadOnlyDictionary<string, string> Cells)
    {
        public Answer Expected(string who, string path)
        {
            if (Section == Everybody) return IsSigned ? Answer.Signed : Answer.Allowed;
            var cell = Section == Residents ? (who == "resident" ? "own" : "no") : Cells[who];
            if (cell != "no") return cell == "own" ? Answer.AllowedOwn : Answer.Allowed;
            if (!path.StartsWith("/api/", StringComparison.Ordinal) && !Path.HasExtension(path)) return Answer.LogIn;
            return Section == Residents || who is "nobody" or "resident" ? Answer.Unknown : Answer.Forbidden;
        }
    }

    /// <summary>A city on whose first pharmacy somebody has booked, and a caller of each kind.</summary>
    private sealed class WalkedCity(SandboxHost host) : IAsyncDisposable
    {
        private string name = "";

        public Dictionary<string, HttpClient> Callers { get; } = new(StringComparer.Ordinal);

        public string Number { get; private set; } = "";

        private string LastFour { get; } = People.IdNumber(7)[^4..];

        public static async Task<WalkedCity> StartAsync()
        {
            var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", settings: NoLimits);
            var city = new WalkedCity(host);
            using (var phone = await host.NewResidentAsync(7))
            {
                await host.SetClockAsync("2020-02-10T19:00:00+08:00");
                var (status, booking) = await phone.BookAsync("LD01", "first");
                Assert.Equal(201, status);
                city.Number = booking.GetProperty("number").GetString()!;
            }

            city.name = (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies")[0].GetProperty("name").GetString()!;
            await host.SetClockAsync("2020-02-11T10:00:00+08:00");
            city.Callers.Add("nobody", host.Browser());
            city.Callers.Add("resident", await LogInAsync(host, "o-7"));
            city.Callers.Add("clerk", await host.ClerkAsync("LD01"));
            city.Callers.Add(OtherShop, await host.ClerkAsync("LD02"));
            city.Callers.Add("lead", await host.StaffAsync("lead-ld01"));
            foreach (var role in Columns[5..]) city.Callers.Add(role, await host.StaffAsync(role));
            return city;
        }

        /// <summary>Every route as method and pattern, with the method and the paths to call; files are many paths of one line.</summary>
        public async Task<Dictionary<string, (string Method, List<string> Paths)>> RoutesAsync()
        {
            var routes = new Dictionary<string, (string Method, List<string> Paths)>(StringComparer.Ordinal);
            foreach (var endpoint in host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
            {
                var pattern = "/" + endpoint.RoutePattern.RawText?.Trim('/');
                // What stands in for neighbours judges its callers as they do, and is in no city's program.
                if (pattern.StartsWith("/sandbox", StringComparison.Ordinal)) continue;
                var isFile = endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null;
                foreach (var method in await MethodsAsync(endpoint))
                {
                    if (isFile && method == "HEAD") continue;
                    var key = $"{method} {(isFile ? Files : pattern)}";
                    if (!routes.TryGetValue(key, out var known)) routes[key] = known = (method, []);
                    if (!known.Paths.Contains(Filled(pattern, Number))) known.Paths.Add(Filled(pattern, Number));
                }
            }

            return routes;
        }

        /// <summary>What is wrong with the answer, or null.</summary>
        public async Task<string?> CallAsync(string who, string method, string path, Answer expected)
        {
            // Giving a booking back is tried with a number of nobody's.
            using var call = new HttpRequestMessage(new HttpMethod(method), new Uri(method == "DELETE" ? path.Replace(Number, "10000000009", StringComparison.Ordinal) : path, UriKind.Relative));
            if (method is not ("GET" or "HEAD")) call.Content = new StringContent(Body(who, path), Encoding.UTF8, "application/json");
            using var answer = await Callers[who].SendAsync(call, HttpCompletionOption.ResponseHeadersRead);
            var got = Read(answer);
            // The dashboard asks for a form token of its own, after who is asking.
            if (got == Answer.Forbidden && path.StartsWith(JobDashboard.Path, StringComparison.Ordinal)) got = Answer.Allowed;
            if (expected == Answer.Signed) return got == Answer.Forbidden ? null : $"{answer.StatusCode}";
            if (got != (expected == Answer.AllowedOwn ? Answer.Allowed : expected) || answer.StatusCode == HttpStatusCode.MethodNotAllowed) return $"{answer.StatusCode}";
            if (who != OtherShop || expected != Answer.AllowedOwn) return null;
            var body = await answer.Content.ReadAsStringAsync();
            return path.Contains(Number, StringComparison.Ordinal) && answer.IsSuccessStatusCode || body.Contains(name, StringComparison.Ordinal) || body.Contains("LD01", StringComparison.Ordinal)
                ? $"{answer.StatusCode} with something of another pharmacy"
                : null;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var caller in Callers.Values) caller.Dispose();
            await host.DisposeAsync();
        }

        public static string Filled(string pattern, string number) => RouteValues().Replace(pattern, m => m.Groups["name"].Value switch
        {
            "date" => Day,
            "number" => number,
            "code" => "LD01",
            "documentName" => "v1",
            "id" => "1",
            "path" => "stats",
            "returnUrl" => "",
            _ => "x",
        });

        // The other shop tries in earnest.
        private string Body(string who, string path) => who != OtherShop ? "{}" : path switch
        {
            "/api/pharmacy/redemptions" or "/api/pharmacy/redemptions/check" => $$"""{"number":"{{Number}}","idNumberLast4":"{{LastFour}}","requestId":"other"}""",
            _ when path.EndsWith("/void", StringComparison.Ordinal) => """{"reason":"none"}""",
            _ => "{}",
        };

        private static Answer Read(HttpResponseMessage answer) => answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => Answer.Unknown,
            HttpStatusCode.Forbidden => Answer.Forbidden,
            HttpStatusCode.Found when LogInRedirect().IsMatch(answer.Headers.Location?.ToString() ?? "") => Answer.LogIn,
            _ => Answer.Allowed,
        };

        private async Task<IReadOnlyList<string>> MethodsAsync(RouteEndpoint endpoint)
        {
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page)
            {
                var compiled = await host.Get<PageLoader>().LoadAsync(page, EndpointMetadataCollection.Empty);
                return [.. compiled.HandlerMethods.Select(h => h.HttpMethod.ToUpperInvariant()).Append("GET").Distinct(StringComparer.Ordinal)];
            }

            return endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET", "POST"];
        }

        private static async Task<HttpClient> LogInAsync(SandboxHost host, string openId)
        {
            var phone = host.Browser();
            var next = new Uri("/login?returnUrl=%2Fhealth%2Flive", UriKind.Relative);
            for (var i = 0; i < 4; i++)
            {
                using var answer = await phone.GetAsync(next);
                if (answer.Headers.Location is not { } to) break;
                next = to.ToString().Contains("/authorize", StringComparison.Ordinal) ? new Uri(to.ToString().Replace("?", $"?openid={openId}&", StringComparison.Ordinal), UriKind.RelativeOrAbsolute) : to;
            }

            Assert.Equal("/health/live", next.ToString());
            return phone;
        }
    }

    [GeneratedRegex(@"\{\**(?<name>\w+)[^}]*\}")]
    private static partial Regex RouteValues();

    [GeneratedRegex(@"^(http://[^/]+)?(/login|/staff/login)\?returnUrl=")]
    private static partial Regex LogInRedirect();
}
