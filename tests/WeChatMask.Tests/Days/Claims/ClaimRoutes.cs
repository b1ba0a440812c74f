using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days.Claims;

/// <summary>Every route that can be read: for its claims, or with the reason why it makes none of this sort.</summary>
internal static partial class ClaimRoutes
{
    public static readonly IReadOnlySet<string> Read = new HashSet<string>(StringComparer.Ordinal)
    {
        "/", "/guide", "/nearby", "/book", "/residents", "/bookings", "/bookings/{number}", "/bookings/{number}/cancel", "/bookings/{number}/print", "/notices", "/notices/{date}",
        "/pharmacy", "/supervisor", "/supervisor/pharmacies",
        "/api/me", "/api/board", "/api/bookings", "/api/bookings/{number}",
        "/api/public/rounds", "/api/public/rounds.csv", "/api/public/rounds/{date}", "/api/public/rounds/{date}.csv", "/api/public/rounds/{date}/list", "/api/public/rounds/{date}/list.csv",
    };

    /// <summary>Routes, and with a star all that begin so, that claim nothing of places, days, openings or who may press.</summary>
    public static readonly IReadOnlyDictionary<string, string> Silent = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/api/board/events"] = "sends the board that is read at /api/board, changed rows only",
        ["/complaints"] = "numbers to call, and how far one's own complaints have come",
        ["/complaints/new"] = "a form for what happened",
        ["/complaints/{number}"] = "how far one's own complaint has come",
        ["/not-mine"] = "what to do in steps, of no day",
        ["/api/public/pharmacies"] = "the directory: places and numbers to call",
        ["/api/public/changes"] = "what was changed in the rules, as published then",
        ["/api/clock"] = "the time",
        ["/api/wechat/signature"] = "a signature for the page's script",
        ["/wechat"] = "WeChat's check; the chat is read as a person writes",
        ["/large-type"] = "the size of letters",
        ["/health/*"] = "of the machine",
        ["/openapi/*"] = "a description of the interface",
        ["/login*"] = "who somebody is",
        ["/my-data*"] = "what is kept of a person, and its end",
        ["/residents/{id:long}/remove"] = "asks back before a person is removed",
        ["/bookings/{number}/voucher.svg"] = "a picture of a signed number",
        ["/bookings/{number}/voucher.png"] = "a picture of a signed number",
        ["/staff/*"] = "accounts of staff and their guide",
        ["/administrator"] = "settings and accounts",
        ["/pharmacy/scan"] = "a form; its verdict is the counter's own",
        ["/pharmacy/proxy"] = "a form; its verdict is the counter's own",
        ["/pharmacy/holder"] = "a form; its verdict is the counter's own",
        ["/pharmacy/stock"] = "a form for what was delivered",
        ["/pharmacy/offline"] = "a form kept on the phone for times without a network",
        ["/api/pharmacy/offline"] = "the list as it was taken along, with its time",
        ["/pharmacy/void/{number}"] = "asks back before a hand-over is taken back",
        ["/pharmacy/lists/*"] = "a list as published, to be printed",
        ["/supervisor/*"] = "reviews, sheets of finished rounds, rules and records, each with its time",
        ["/api/supervisor/*"] = "reviews, sheets of finished rounds, rules and records, each with its time",
    };

    public static string? ReasonOf(string route) =>
        Silent.FirstOrDefault(s => s.Key.EndsWith('*') ? route.StartsWith(s.Key[..^1], StringComparison.Ordinal) : route == s.Key).Value;

    /// <summary>The route of an address.</summary>
    public static string PatternOf(string path) => Number().Replace(Date().Replace(path.Split('?')[0], "{date}"), "{number}");

    /// <summary>All routes of the running app that answer GET; not the stand-ins for neighbours, nor files.</summary>
    public static IReadOnlyList<string> Of(SandboxHost host) =>
    [
        .. host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is not { Count: > 0 } methods || methods.Contains(HttpMethods.Get))
            .Select(e => "/" + e.RoutePattern.RawText?.Trim('/'))
            .Where(r => !r.StartsWith("/sandbox", StringComparison.Ordinal))
            .Distinct().Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"\d{4}-\d\d-\d\d")]
    private static partial Regex Date();

    [GeneratedRegex(@"(?<=/)\d{8,}(?=/|$)")]
    private static partial Regex Number();
}
