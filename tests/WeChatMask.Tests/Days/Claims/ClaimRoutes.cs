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
        "/pharmacy", "/supervisor", "/supervisor/pharmacies", "/supervisor/rounds",
        "/api/me", "/api/board", "/api/bookings", "/api/bookings/{number}",
        "/api/public/rounds", "/api/public/rounds.csv", "/api/public/rounds/{date}", "/api/public/rounds/{date}.csv", "/api/public/rounds/{date}/list", "/api/public/rounds/{date}/list.csv",
    };

    /// <summary>Routes that claim nothing of places, days, openings or who may press.</summary>
    public static readonly IReadOnlyDictionary<string, string> Silent = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/api/board/events"] = "sends the board that is read at /api/board, changed rows only",
        ["/complaints"] = "numbers to call, and how far one's own complaints have come",
        ["/complaints/new"] = "a form for what happened",
        ["/complaints/{number}/photo.jpg"] = "a picture as somebody sent it",
        ["/api/complaints"] = "how far one's own complaints have come",
        ["/api/complaints/{number}"] = "how far one's own complaint has come",
        ["/api/supervisor/cases"] = "complaints as written down, each with its time and deadline",
        ["/api/supervisor/cases/{number}"] = "a complaint as written down, with its times and deadline",
        ["/api/pharmacy/cases"] = "what is asked about complaints, with its own deadlines",
        ["/complaints/{number}"] = "how far one's own complaint has come",
        ["/check"] = "what the public log proves, its codes and lines as written down",
        ["/notices/{date}/print"] = "the round's code, places and serials; the places are those of the notice",
        ["/notices/{date}/note.txt"] = "a signed note of the public log",
        ["/tools/check.html"] = "a program to be kept",
        ["/tools/check.py"] = "a program to be kept",
        ["/supervisor/log"] = "how the public log stands, each look with its time",
        ["/not-mine"] = "what to do in steps, of no day",
        ["/api/public/complaints"] = "complaints by kind and outcome",
        ["/api/public/pharmacies"] = "the directory: places and numbers to call",
        ["/api/public/districts"] = "outlines to draw",
        ["/api/public/changes"] = "what was changed in rules, rounds and plans, as published then",
        ["/api/clock"] = "the time",
        ["/open-data"] = "what files there are",
        ["/notices/trends"] = "figures of rounds that have closed, held to the books by a test of its own",
        ["/notices/rules"] = "the rules' sentences of the home page, and what was changed as published then",
        ["/notices.atom"] = "what was published and changed, each with its time",
        ["/api/wechat/signature"] = "a signature for the page's script",
        ["/wechat"] = "WeChat's check; the chat is read as a person writes",
        ["/log/checkpoint"] = "the public log's size and root, signed",
        ["/log/checkpoint/witnessed"] = "a size and root of the public log, with witnesses' signatures",
        ["/log/tile/{**path}"] = "the public log itself, held by tests of its own",
        ["/log/docs/{hash}"] = "a document as a line of the public log names it",
        ["/log/vkeys"] = "keys by which signatures are checked",
        ["/log/marks"] = "sizes of the public log that have names",
        ["/log/inclusion"] = "a line of the public log and its proof",
        ["/log/consistency"] = "a proof between two sizes of the public log",
        ["/large-type"] = "the size of letters",
        ["/residents/{id:long}/remove"] = "asks back before a person is removed",
        ["/bookings/{number}/voucher.svg"] = "a picture of a signed number",
        ["/bookings/{number}/voucher.png"] = "a picture of a signed number",
        ["/bookings/{number}/receipt.txt"] = "a line of the public log as it was signed",
        ["/bookings/{number}/proof"] = "the own booking's line of the public log and row of the list, checked by the phone; held by tests of its own",
        ["/api/bookings/{number}/proof"] = "the same for programs",
        ["/administrator"] = "settings and accounts",
        ["/pharmacy/scan"] = "a form; its verdict is the counter's own",
        ["/pharmacy/proxy"] = "a form; its verdict is the counter's own",
        ["/pharmacy/cases"] = "what is asked about complaints, with its own deadlines",
        ["/pharmacy/holder"] = "a form; its verdict is the counter's own",
        ["/pharmacy/pause"] = "whether the own counter is paused, and a form for it",
        ["/pharmacy/count"] = "a form for what was counted on the shelf",
        ["/pharmacy/stock"] = "a form for what was delivered",
        ["/pharmacy/offline"] = "a form kept on the phone for times without a network",
        ["/api/pharmacy/offline"] = "the list as it was taken along, with its time",
        ["/pharmacy/void/{number}"] = "asks back before a hand-over is taken back",
        ["/login"] = "the ways to log in",
        ["/login/account.svg"] = "a picture of the account's code",
        ["/login/callback"] = "leads on to where somebody wanted to go",
        ["/login/line"] = "how many wait to log in before somebody, by this node alone",
        ["/login/phone"] = "a form",
        ["/login/ways"] = "the ways to log in",
        ["/my-data"] = "what is kept of a person, and until when; held by the tests of the purge",
        ["/my-data/erase"] = "asks back before everything is removed",
        ["/health/live"] = "of the machine",
        ["/health/ready"] = "of the machine",
        ["/openapi/v1.json"] = "a description of the interface",
        ["/pharmacy/lists/{date?}"] = "a list as published, to be looked through and printed",
        ["/pharmacy/lists/{date}.csv"] = "a list as published",
        ["/pharmacy/lists/{date}.xlsx"] = "a list as published",
        ["/staff/accounts"] = "accounts of staff",
        ["/staff/accounts/{id:long}"] = "accounts of staff",
        ["/staff/code"] = "a form",
        ["/staff/guide"] = "what staff do, of no day",
        ["/staff/login"] = "a form",
        ["/staff/logout"] = "shows nothing of its own",
        ["/staff/me"] = "one's own account",
        ["/staff/menu"] = "links",
        ["/staff/totp"] = "one's own second factor",
        ["/staff/wechat"] = "one's own account",
        ["/staff/welcome"] = "a form",
        ["/supervisor/lists"] = "names of pharmacies",
        ["/supervisor/pharmacies/new"] = "a form",
        ["/supervisor/pharmacies/{code}"] = "what is stored of one pharmacy",
        ["/supervisor/plan"] = "places of coming days as planned; what is said of openings by them is read elsewhere",
        ["/supervisor/plan/{date}.csv"] = "the same as a file",
        ["/api/supervisor/plan"] = "the same for programs",
        ["/api/supervisor/plan/{date}"] = "the same for programs",
        ["/supervisor/annul"] = "a form; who it touches is worked out with its preview",
        ["/supervisor/cases"] = "complaints as written down, each with its time and deadline",
        ["/supervisor/cases/new"] = "a form",
        ["/supervisor/cases/{number}/photo.jpg"] = "a picture as somebody sent it",
        ["/supervisor/flags"] = "what was found odd, each with its day and rows as stored",
        ["/supervisor/flags/{id}"] = "the rows of one flag as stored",
        ["/api/supervisor/flags"] = "the same for programs",
        ["/api/supervisor/flags/{id}"] = "the same for programs",
        ["/supervisor/violations"] = "what was recorded, each with its time and the round it holds from",
        ["/supervisor/cases/{number}"] = "a complaint as written down, with its times and deadline",
        ["/supervisor/live"] = "what the desks answered, with the time of the look; held by its own tests",
        ["/api/supervisor/live"] = "the same for programs",
        ["/api/supervisor/live/events"] = "the same, each second",
        ["/supervisor/audit"] = "what was done, each with its time",
        ["/supervisor/audit.csv"] = "what was done, each with its time",
        ["/supervisor/audit.xlsx"] = "what was done, each with its time",
        ["/supervisor/hangfire/{**path}"] = "the scheduler's own page",
        ["/supervisor/jobs"] = "jobs, each with the time of its look",
        ["/supervisor/levers"] = "forms; whom one touches is worked out with its preview, and again when it is pressed",
        ["/supervisor/messages"] = "messages, each with its time",
        ["/supervisor/offline"] = "hand-overs without a network, each with its time",
        ["/supervisor/policy"] = "rules as stored, each with its first day",
        ["/supervisor/posters"] = "sheets to be printed, of no day",
        ["/supervisor/posters/{code}"] = "a sheet to be printed, of no day",
        ["/supervisor/posters/{code}/code.svg"] = "a picture of an address",
        ["/supervisor/provisional/{date}"] = "the review, with its time",
        ["/supervisor/rounds/{date}/delivery.csv"] = "a sheet of a closed round",
        ["/supervisor/rounds/{date}/delivery.xlsx"] = "a sheet of a closed round",
        ["/supervisor/rounds/{date}/report.csv"] = "a sheet of a finished round",
        ["/supervisor/rounds/{date}/report.xlsx"] = "a sheet of a finished round",
        ["/supervisor/stock"] = "a form for what was delivered",
        ["/supervisor/today"] = "counts of what was handed over, with their instant; of booking it says nothing",
        ["/api/supervisor/today"] = "the same for programs",
        ["/supervisor/void"] = "asks back before a hand-over is taken back",
        ["/supervisor/wechat"] = "what to set at WeChat's",
        ["/api/supervisor/audit"] = "what was done, each with its time",
        ["/api/supervisor/jobs"] = "jobs, each with the time of its look",
        ["/api/supervisor/late-hand-overs"] = "hand-overs, each with its time",
        ["/api/supervisor/levers"] = "what was pressed, each with its time",
        ["/api/supervisor/offline-hand-overs"] = "hand-overs without a network, each with its time",
        ["/api/supervisor/policies"] = "rules as stored, each with its first day",
        ["/api/supervisor/rounds/{date}/provisional"] = "the review, with its time",
        ["/api/supervisor/rounds/{date}/report"] = "a sheet of a finished round",
        ["/api/supervisor/stock-reports"] = "deliveries as reported, each with its time",
    };

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
