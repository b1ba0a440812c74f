using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using WeChatMask.Data;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Tests.Web.Fuzz;

namespace WeChatMask.Tests.Web;

/// <summary>
/// Text that no person types and some database cannot hold or takes for another, put into every route, query, body and form
/// field of the product: it is refused or not found, on every engine, and is never a failure of ours.
/// </summary>
public sealed class OddTextTests
{
    private static readonly string[] Odd = ["\0", "a\0b", "LD01 ", "\U0001F637", "'\"\\%_;--", new string('口', 300)];
    private const string Token = FuzzSeeds.Token;

    // Whose form ends the log-in that the others need.
    private static readonly string[] Leaving = ["/staff/logout", "/my-data/erase"];
    private static readonly string[] Queries = ["pharmacy", "date", "from", "code", "state", "returnUrl", "view", "q", "page", "number", "since", "k"];

    internal static readonly (string Role, string Method, string Path, string Body)[] Calls =
    [
        ("resident", "POST", "/api/bookings", """{"residentId":"1","pharmacyCode":"LD01","requestId":"a"}"""),
        ("resident", "POST", "/api/residents", """{"name":"张三","idNumber":"43130219850612987X","mobile":"13800138000","consent":true}"""),
        ("clerk", "POST", "/api/pharmacy/redemptions", """{"number":"10000000001","idNumberLast4":"987X","proxy":{"name":"李四","idNumber":"431302198506129879"},"requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/redemptions", """{"voucher":"v","requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/redemptions/check", """{"number":"10000000001","idNumberLast4":"987X","requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/redemptions/10000000001/void", """{"reason":"r"}"""),
        ("clerk", "POST", "/api/pharmacy/redemptions/settle", """{"handOvers":[{"number":"10000000001","idNumberLast4":"987X","requestId":"a","handedOverAt":"2020-02-10T19:00:00+08:00"},{"voucher":"v","requestId":"b","handedOverAt":"2020-02-10T19:00:00+08:00"}]}"""),
        ("clerk", "POST", "/api/pharmacy/redemptions/check", """{"idNumber":"43130219850612987X","requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/bookings/10000000001/cancel", """{"idNumber":"43130219850612987X","requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/deliveries", """{"date":"2020-02-10","units":1,"requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/pauses", """{"reason":"r","expectedEnd":"2020-02-10T20:00:00+08:00","requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/pauses/end", "{}"),
        ("clerk", "POST", "/api/pharmacy/shortages", """{"requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/shortages/end", "{}"),
        ("supervisor", "POST", "/api/supervisor/pharmacies/LD01/resume", "{}"),
        ("clerk", "POST", "/api/pharmacy/shelf-counts", """{"date":"2020-02-10","counted":1,"reason":"damaged","requestId":"a"}"""),
        ("clerk", "POST", "/api/pharmacy/losses", """{"date":"2020-02-10","units":1,"reason":"damaged","requestId":"a"}"""),
        ("resident", "POST", "/api/complaints", """{"kind":"quality","text":"t","bookingNumber":"10000000001","requestId":"a"}"""),
        ("lead", "POST", "/api/pharmacy/cases/10000000001/answer", """{"words":"w","requestId":"a"}"""),
        ("supervisor", "POST", "/api/supervisor/cases", """{"kind":"quality","text":"t","bookingNumber":"10000000001","pharmacyCode":"LD01","caller":"13800138000","requestId":"a"}"""),
        ("supervisor", "POST", "/api/supervisor/cases/10000000001/acts", """{"act":"close","words":"w","pharmacyCode":"LD01","outcome":"founded","requestId":"a"}"""),
        ("supervisor", "POST", "/api/supervisor/flags/1", """{"status":"explained","owner":"supervisor","words":"w","version":1,"requestId":"a"}"""),
        ("supervisor", "PUT", "/api/supervisor/pharmacies/LD01", """{"status":"paused","reason":"r"}"""),
        ("supervisor", "POST", "/api/supervisor/redemptions/10000000001/void", """{"reason":"r"}"""),
        ("supervisor", "POST", "/api/supervisor/bookings/find", """{"idNumber":"43130219850612987X"}"""),
        ("supervisor", "POST", "/api/supervisor/bookings/find", """{"number":"10000000001"}"""),
        ("supervisor", "POST", "/api/supervisor/bookings/10000000001/annul", """{"reason":"r","requestId":"a"}"""),
        ("supervisor", "POST", "/api/supervisor/offline-hand-overs/1/review", """{"note":"n"}"""),
        ("supervisor", "POST", "/api/supervisor/stock-reports/1/agree", "{}"),
        ("supervisor", "POST", "/api/supervisor/stock-reports/1/decline", """{"reason":"r"}"""),
        ("supervisor", "POST", "/api/supervisor/levers/preview", """{"kind":"pauseBooking","date":"2020-02-10","pharmacyCode":"LD01","reason":"r"}"""),
        ("supervisor", "POST", "/api/supervisor/levers", """{"kind":"pauseBooking","date":"2020-02-10","pharmacyCode":"LD01","reason":"r","requestId":"a","fingerprint":"f"}"""),
        ("supervisor", "POST", "/api/supervisor/plan/2020-02-11/preview", """{"pharmacies":[{"code":"LD01","places":[1]}],"reason":"r"}"""),
        ("supervisor", "PUT", "/api/supervisor/plan/2020-02-11", """{"pharmacies":[{"code":"LD01","places":[1]}],"reason":"r","requestId":"a","fingerprint":"f"}"""),
        ("supervisor", "PUT", "/api/supervisor/plan/2020-02-20/no-round", """{"noRound":true,"reason":"r"}"""),
        ("supervisor", "POST", "/api/supervisor/policies/preview", """{"policy":{"name":"x"},"beforeId":"1"}"""),
        ("supervisor", "POST", "/api/supervisor/policies", """{"policy":{"name":"x"},"reason":"r","beforeId":"1"}"""),
    ];

    [EngineTheory]
    public async Task Nowhere_is_it_a_failure_of_ours(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = (await host.NewResidentAsync(7)).Http;
        using var clerk = await host.ClerkAsync("LD01");
        using var lead = await host.StaffAsync("lead-ld01");
        using var supervisor = await host.SupervisorAsync();
        var people = new Dictionary<string, HttpClient>(StringComparer.Ordinal) { ["resident"] = resident, ["clerk"] = clerk, ["lead"] = lead, ["supervisor"] = supervisor, ["nobody"] = host.Http };
        var failures = new List<string>();
        var tried = 0;

        foreach (var (role, method, address, body) in Requests(host))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
            // Where it is a page, the page for people.
            request.Headers.TryAddWithoutValidation("Accept", "text/html, application/json");
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await people[role].SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            tried++;
            if ((int)answer.StatusCode >= 500) failures.Add(Line(answer, role, method, address, body));
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(tried > 500, $"{tried}");
        // A call that takes a body is tried field by field, so it must be named above.
        Assert.All(
            Written(host).Where(w => w.Method != "DELETE"),
            w => Assert.Contains(Calls, c => c.Method == w.Method && Regex.IsMatch(c.Path, "^" + Regex.Replace(w.Route, @"\{[^}]*\}", "[^/]+") + "$")));
    }

    [EngineTheory]
    public async Task No_form_takes_it_for_a_failure_of_ours(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        var wang = await host.NewResidentAsync(7);
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();
        using var nobody = host.Browser();
        var failures = new List<string>();
        var tried = 0;

        foreach (var (browser, path) in Pages(host, wang, clerk, supervisor, nobody))
        {
            var page = await PageReader.OpenAsync(browser, path);
            foreach (var (action, fields) in FuzzSeeds.Forms(page.Html))
            {
                foreach (var (field, odd) in fields.Keys.Where(f => f != Token).SelectMany(f => Odd.Select(o => (f, o))))
                {
                    using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Key, f.Key == field ? odd : f.Value)));
                    using var answer = await browser.PostAsync(new Uri(page.Address, action), form);
                    tried++;
                    if ((int)answer.StatusCode >= 500) failures.Add(Line(answer, path, action, field, Uri.EscapeDataString(odd)));
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(tried > 200, $"{tried}");
    }

    private static string Line(HttpResponseMessage answer, params string?[] parts) =>
        string.Join(' ', parts.Select(p => p is { Length: > 120 } ? p[..120] : p).Prepend(((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)));

    private static IEnumerable<(HttpClient Browser, string Path)> Pages(SandboxHost host, ResidentPhone wang, HttpClient clerk, HttpClient supervisor, HttpClient nobody)
    {
        foreach (var page in host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')).Distinct(StringComparer.Ordinal))
        {
            if (Leaving.Contains(page, StringComparer.Ordinal)) continue;
            var path = Regex.Replace(page, @"\{(\w+)[^}]*\}", m => m.Groups[1].Value switch
            {
                "number" => "10000000001", "id" => wang.ResidentId, "code" => "LD01", _ => "2020-02-10",
            });
            yield return (path.Split('/')[1] switch { "pharmacy" => clerk, "supervisor" => supervisor, "staff" or "login" => nobody, _ => wang.Http }, path);
        }
    }

    private static IEnumerable<(string Role, string Method, string Path, string? Body)> Requests(SandboxHost host)
    {
        string[] roles = ["resident", "clerk", "supervisor", "nobody"];
        var routes = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>() is not { } methods || methods.HttpMethods.Contains("GET"))
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => !p.StartsWith("/sandbox", StringComparison.Ordinal) && !p.Contains("**", StringComparison.Ordinal) && !p.EndsWith("/events", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).ToList();
        foreach (var route in routes)
        {
            foreach (var role in roles)
            {
                foreach (var odd in Odd)
                {
                    var text = Uri.EscapeDataString(odd);
                    if (route.Contains('{', StringComparison.Ordinal)) yield return (role, "GET", Regex.Replace(route, @"\{[^}]*\}", _ => text), null);
                    yield return (role, "GET", Regex.Replace(route, @"\{[^}]*\}", "2020-02-10") + "?" + string.Join('&', Queries.Select(q => $"{q}={text}")), null);
                }
            }
        }

        foreach (var (method, route) in Written(host))
        {
            foreach (var role in roles)
            {
                foreach (var odd in Odd) yield return (role, method, Regex.Replace(route, @"\{[^}]*\}", _ => Uri.EscapeDataString(odd)), "{}");
            }
        }

        foreach (var call in Calls)
        {
            foreach (var odd in Odd)
            {
                foreach (var body in WithOdd(call.Body, odd)) yield return (call.Role, call.Method, call.Path, body);
            }
        }
    }

    /// <summary>The product's own calls that change something.</summary>
    internal static List<(string Method, string Route)> Written(SandboxHost host) =>
    [
        .. host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Select(m => (m, "/" + e.RoutePattern.RawText!.Trim('/'))) ?? [])
            .Where(e => e.Item1 is "POST" or "PUT" or "DELETE" && e.Item2.StartsWith("/api/", StringComparison.Ordinal)),
    ];

    private static IEnumerable<string> WithOdd(string body, string odd)
    {
        var places = Texts(JsonNode.Parse(body)!).Count();
        for (var i = 0; i < places; i++)
        {
            var copy = JsonNode.Parse(body)!;
            Texts(copy).ElementAt(i).ReplaceWith(odd);
            yield return copy.ToJsonString();
        }
    }

    private static IEnumerable<JsonValue> Texts(JsonNode node) => node switch
    {
        JsonObject o => o.Where(p => p.Value is not null).SelectMany(p => Texts(p.Value!)),
        JsonArray a => a.Where(v => v is not null).SelectMany(v => Texts(v!)),
        JsonValue v when v.GetValueKind() == JsonValueKind.String => [v],
        _ => [],
    };
}
