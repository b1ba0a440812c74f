using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Localization;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>What somebody reads who waits to log in: how many are before them, about how long, and that it goes on by itself.</summary>
/// <remarks>Made by hand and sent as it is, since hundreds of thousands may ask for it while the node has better things to do.</remarks>
internal sealed class LinePage(Turn turn, string returnUrl) : IResult
{
    public const string Path = "/login/line";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string AddressOf(string returnUrl) => $"{Path}?returnUrl={Uri.EscapeDataString(returnUrl)}";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        var seconds = turn.AskAgainIn.ToString(CultureInfo.InvariantCulture);
        headers.RetryAfter = seconds;
        headers.CacheControl = "no-store";
        if (Errors.WantsProblem(httpContext))
            return TypedResults.Json(new LineAnswer(turn.Ahead, (int)Math.Ceiling(turn.Wait.TotalSeconds), turn.AskAgainIn), statusCode: StatusCodes.Status202Accepted).ExecuteAsync(httpContext);
        // No element of the page, since a page that goes on by an element of its own is hard on those who read slowly; here it only asks.
        headers["Refresh"] = $"{seconds}; url={AddressOf(returnUrl)}";
        var html = Encoding.UTF8.GetBytes(Html(httpContext, seconds));
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        httpContext.Response.ContentLength = html.Length;
        return httpContext.Response.Body.WriteAsync(html, httpContext.RequestAborted).AsTask();
    }

    private string Html(HttpContext context, string seconds)
    {
        var text = context.RequestServices.GetRequiredService<IStringLocalizer<Text.Pages>>();
        string Say(string key, params object[] values) => Encoder.Encode(text[key, values]);
        var ahead = turn.Ahead.ToString("#,0", CultureInfo.InvariantCulture);
        var wait = turn.Wait < TimeSpan.FromMinutes(2)
            ? Say("Line_Seconds", Math.Max(1, (int)Math.Ceiling(turn.Wait.TotalSeconds)))
            : Say("Line_Minutes", (int)Math.Ceiling(turn.Wait.TotalMinutes));
        return $"""
            <!doctype html><html lang="zh-CN"{(LargeType.IsChosen(context) ? " class=\"large\"" : "")}><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
            <title>{Say("Line_Title")}</title><link rel="icon" href="/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/css/resident.css"><script type="module" src="/js/line.js"></script></head>
            <body><div class="page"><main class="sheet trouble"><h1>{Say("Line_Title")}</h1>
            <p>{Say("Line_Ahead", ahead)}</p><p>{wait}</p>
            <p>{Say("Line_Kept")}</p>
            <p role="timer" data-line="{seconds}" data-words="{Say("Line_Next", "#")}">{Say("Line_Next", seconds)}</p>
            <p>{Say("Line_Away")}</p>
            <p><a class="weui-btn weui-btn_default wide" href="{Encoder.Encode(AddressOf(returnUrl))}">{Say("Line_On")}</a></p>
            </main></div></body></html>
            """;
    }
}

/// <summary>What a program is told that has come while others wait: how many are before it, about how many seconds that takes, and when to ask again.</summary>
public sealed record LineAnswer(long Ahead, int WaitSeconds, int AskAgainInSeconds);
