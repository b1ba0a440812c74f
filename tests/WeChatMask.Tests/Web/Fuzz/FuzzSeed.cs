using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Web.Fuzz;

internal enum FuzzBody
{
    None,
    Json,
    Form,
    Xml,
}

/// <summary>Who asks: a name, the cookies of a log-in, and a form token that goes with them.</summary>
internal sealed record FuzzCaller(string Name, string Cookie, string Token);

/// <summary>A request that is as it should be, from which others are made.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">With its query.</param>
/// <param name="Kind">What its body is.</param>
/// <param name="Body">Its body; a form's pairs are encoded.</param>
/// <param name="Audience">Whose it is, by the first part of its path; <c>open</c> for everybody.</param>
/// <param name="IsForm">Whether it is right only with a form token.</param>
internal sealed record FuzzSeed(string Method, string Path, FuzzBody Kind, string Body, string Audience, bool IsForm = false);

/// <summary>Requests as the product's own pages, description and neighbours make them.</summary>
internal static class FuzzSeeds
{
    public const string Token = "__RequestVerificationToken";
    private const string Webhook = "open-webhook";

    // What would end the log-ins that the others need.
    private static readonly string[] Ending = ["logout", "sign-out", "/my-data/erase", "/staff/password"];

    public static async Task<IReadOnlyList<FuzzSeed>> OfAsync(SandboxHost host, IReadOnlyDictionary<string, HttpClient> browsers, string residentId, string number)
    {
        var seeds = new List<FuzzSeed>();
        foreach (var route in WalkedRoute.Of(host, Value)) seeds.Add(new FuzzSeed("GET", route.Path, FuzzBody.None, "", route.IsOpen ? "open" : AudienceOf(route.Path)));
        seeds.AddRange(Files(host));
        seeds.AddRange(OddTextTests.Calls.Select(c => new FuzzSeed(
            c.Method, c.Path, FuzzBody.Json, c.Body.Replace("\"residentId\":\"1\"", $"\"residentId\":\"{residentId}\"", StringComparison.Ordinal).Replace("10000000001", number, StringComparison.Ordinal), AudienceOf(c.Path))));
        foreach (var (method, route) in OddTextTests.Written(host)) seeds.Add(new FuzzSeed(method, Regex.Replace(route, @"\{(\w+)[^}]*\}", m => Value(m.Groups[1].Value) ?? "2020-02-10"), FuzzBody.Json, "{}", AudienceOf(route)));
        foreach (var page in Pages(host))
        {
            foreach (var (name, browser) in browsers.Where(b => Belongs(b.Key, AudienceOf(page))))
            {
                using var answer = await browser.GetAsync(new Uri(page, UriKind.Relative));
                if (!answer.IsSuccessStatusCode) continue;
                var html = await answer.Content.ReadAsStringAsync();
                foreach (var (action, fields) in Forms(html))
                {
                    var path = new Uri(new Uri(host.Address, page), action).PathAndQuery;
                    if (Ending.Any(e => path.Contains(e, StringComparison.Ordinal))) continue;
                    seeds.Add(new FuzzSeed("POST", path, FuzzBody.Form, Encoded(fields), AudienceOf(path) is var audience && audience == "open" && name == "resident" ? "resident" : audience, IsForm: true));
                }
            }
        }

        AddNeighbours(host, seeds);
        return [.. seeds.Distinct()];

        string? Value(string name) => name switch { "number" => number, "id" => residentId, "code" => "LD01", "token" => "abc", _ => null };

        IEnumerable<string> Pages(SandboxHost city) => city.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(e => "/" + Regex.Replace(e.RoutePattern.RawText!.TrimStart('/'), @"\{(\w+)[^}]*\}", m => Value(m.Groups[1].Value) ?? "2020-02-10"))
            .Where(p => !p.StartsWith("/sandbox", StringComparison.Ordinal) && !Ending.Any(e => p.Contains(e, StringComparison.Ordinal))).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Whether somebody of that name may do what is of that audience.</summary>
    public static bool Belongs(string caller, string audience) => audience switch
    {
        "open" or Webhook => true,
        "resident" => caller.StartsWith("resident", StringComparison.Ordinal),
        "pharmacy" => caller is "clerk" or "other-clerk" or "lead",
        "supervisor" => caller is "supervisor" or "auditor",
        "administrator" => caller is "administrator" or "lead",
        "staff" => caller is not ("nobody" or "resident" or "resident-2"),
        _ => false,
    };

    public static string AudienceOf(string path)
    {
        var parts = path.Split(['/', '?'], StringSplitOptions.RemoveEmptyEntries);
        var first = parts is ["api", var second, ..] ? second : parts.FirstOrDefault() ?? "";
        return first switch
        {
            "pharmacy" => "pharmacy",
            "supervisor" => "supervisor",
            "administrator" or "accounts" => "administrator",
            "me" or "residents" or "bookings" or "book" or "my-data" or "print" => "resident",
            "staff" => parts is ["staff", "login" or "welcome" or "guide" or "code" or "wechat", ..] ? "open" : "staff",
            _ => "open",
        };
    }

    public static IEnumerable<(string Action, Dictionary<string, string> Fields)> Forms(string html)
    {
        foreach (Match form in Regex.Matches(html, "<form[^>]*method=\"post\"[^>]*>.*?</form>", RegexOptions.Singleline | RegexOptions.IgnoreCase))
        {
            var actions = Regex.Matches(form.Value, "(?:formaction|action)=\"([^\"]*)\"").Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).DefaultIfEmpty("").Distinct(StringComparer.Ordinal);
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (Match field in Regex.Matches(form.Value, "<(?:input|textarea|select|button)[^>]* name=\"([^\"]+)\"[^>]*>"))
                fields[field.Groups[1].Value] = WebUtility.HtmlDecode(Regex.Match(field.Value, " value=\"([^\"]*)\"").Groups[1].Value);
            foreach (var action in actions) yield return (action, fields);
        }
    }

    private static string Encoded(Dictionary<string, string> fields) =>
        string.Join('&', fields.Where(f => f.Key != Token).Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}"));

    private static IEnumerable<FuzzSeed> Files(SandboxHost host) => host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')).Where(p => p.Contains("/css/", StringComparison.Ordinal) && !p.Contains('{', StringComparison.Ordinal)).Take(3)
        .Select(p => new FuzzSeed("GET", p, FuzzBody.None, "", "open"));

    // The account's servers and the SMS vendors. A webhook's query is signed for the moment when a request is made.
    private static void AddNeighbours(SandboxHost host, List<FuzzSeed> seeds)
    {
        var token = host.Get<IOptions<SecretSettings>>().Value.SmsReceiptToken;
        seeds.Add(new("POST", $"/sms/receipts/aliyun/{token}", FuzzBody.Json, """[{"phone_number":"13800138000","success":true,"err_code":"DELIVERED","biz_id":"b1","out_id":"1","report_time":"2020-02-10 19:00:03"}]""", "open"));
        seeds.Add(new("POST", $"/sms/receipts/tencent/{token}", FuzzBody.Json, """[{"user_receive_time":"2020-02-10 19:00:03","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"s1"}]""", "open"));
        foreach (var content in new[]
        {
            "<MsgType>text</MsgType><Content>预约</Content><MsgId>1</MsgId>", "<MsgType>text</MsgType><Content>查询 12345678903</Content><MsgId>2</MsgId>",
            "<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_LD01</EventKey>", "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>bookings</EventKey>",
            "<MsgType>location</MsgType><Location_X>27.7</Location_X><Location_Y>112.0</Location_Y><Scale>20</Scale><Label>l</Label><MsgId>3</MsgId>",
            "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>200</MsgID><Status>success</Status>", "<MsgType>voice</MsgType><MediaId>m</MediaId><Format>amr</Format><MsgId>4</MsgId>",
        })
        {
            seeds.Add(new("POST", WeChatRoom.WebhookPath, FuzzBody.Xml, $"<xml><ToUserName>gh_mask</ToUserName><FromUserName>o-fuzz</FromUserName><CreateTime>1581332400</CreateTime>{content}</xml>", Webhook));
        }
    }
}
