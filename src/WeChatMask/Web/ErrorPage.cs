using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Localization;

namespace WeChatMask.Web;

/// <summary>The page a person sees when something is not there or broke. It needs nothing that could be broken too.</summary>
/// <remarks>
/// What will pass by itself goes on by itself: a script asks again after a pause of its own and then opens what was
/// asked for. Nobody is told to load a page again, since thousands would do it in the same second.
/// </remarks>
internal static class ErrorPage
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly object LoginKey = new();

    /// <summary>Where the page's button begins the log-in again; else it leads to booking.</summary>
    public static void OfferLogin(HttpContext context, string address) => context.Items[LoginKey] = address;

    /// <param name="context">Whose answer it is.</param>
    /// <param name="status">Of the answer.</param>
    /// <param name="sentence">What is wrong, where more is known of it than its status.</param>
    public static Task WriteAsync(HttpContext context, int status, string? sentence = null)
    {
        var text = context.RequestServices.GetRequiredService<IStringLocalizer<Text.Pages>>();
        var path = context.Request.Path;
        var login = path.StartsWithSegments("/login", StringComparison.Ordinal);
        var again = context.Items[LoginKey] as string;
        var work = StaffHome(path) ?? (again is null ? null : StaffHome(again.Split('?')[0]));
        if (status == StatusCodes.Status401Unauthorized) again = work is null ? "/login?returnUrl=%2F" : $"/staff/login?returnUrl={Uri.EscapeDataString(work)}";
        else if (login) again ??= "/login?returnUrl=%2Fbook";
        var passes = !login && status is StatusCodes.Status429TooManyRequests or >= 500;
        var asked = HttpMethods.IsGet(context.Request.Method) ? path + context.Request.QueryString : null;
        var kind = login ? "Login" : status.ToString(CultureInfo.InvariantCulture);
        var title = Of(text, work is null || login ? kind : $"Staff_{kind}", kind, status, "Title");
        var more = sentence is null ? Of(text, work is null || login ? kind : $"Staff_{kind}", kind, status, "More") : Encoder.Encode(sentence);
        var site = work is null ? "" : $"<header class=\"top\"><span class=\"top-name\">{Encoder.Encode(context.RequestServices.GetRequiredService<IStringLocalizer<Text.Staff>>()["Site"])}</span></header>";
        var html = $"""
            <!doctype html><html lang="zh-CN"{(LargeType.IsChosen(context) ? " class=\"large\"" : "")}><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
            <title>{title}</title><link rel="icon" href="/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/css/{(work is null ? "resident" : "staff")}.css">{(passes && asked is not null ? "<script type=\"module\" src=\"/js/again.js\"></script>" : "")}</head>
            <body>{site}<div class="page"><main class="sheet {(work is null ? "trouble" : "narrow")}">{Picture(passes)}<h1>{title}</h1>
            <p>{more}</p>
            {(again is not null ? Button(text["Error_Login"], again, true) : passes ? Passing(text, asked) : "")}
            {(work is not null ? Button(text["Error_Staff"], work, !passes && again is null) : Button(text["Error_Home"], "/", !passes && again is null) + Links(text))}
            </main></div></body></html>
            """;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        if (passes && context.Response.Headers.RetryAfter.Count == 0)
            context.Response.Headers.RetryAfter = RandomNumberGenerator.GetInt32(2, 8).ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsync(html, Encoding.UTF8, context.RequestAborted);
    }

    // A form that was sent is only sent again by the person: its page still has what was typed, and the attempt's id.
    private static string Passing(IStringLocalizer<Text.Pages> text, string? asked) => asked is null
        ? $"<p>{Encoder.Encode(text["Error_Form"])}</p>"
        : $"""
          <p role="status" data-again="{Encoder.Encode(text["Error_Waiting"])}"></p>
          {Button(text["Error_On"], asked, true)}
          """;

    private static string Button(string words, string href, bool first) =>
        $"<p><a class=\"weui-btn {(first ? "weui-btn_primary" : "weui-btn_default")} wide\" href=\"{Encoder.Encode(href)}\">{Encoder.Encode(words)}</a></p>";

    private static string Links(IStringLocalizer<Text.Pages> text) =>
        $"""
        <p class="ways"><a class="go" href="/bookings">{Encoder.Encode(text["Bookings_Title"])}</a> <a class="go" href="/complaints">{Encoder.Encode(text["Complaints_Title"])}</a></p>
        """;

    private static readonly string[] StaffHomes = ["/pharmacy", "/supervisor", "/administrator", "/staff"];

    // Whoever works here is led back to work, and never among the residents' pages. Null for everybody else.
    private static string? StaffHome(PathString path)
    {
        if (path.StartsWithSegments("/api", StringComparison.Ordinal, out var call)) path = call;
        return StaffHomes.FirstOrDefault(h => path.StartsWithSegments(h, StringComparison.Ordinal)) switch
        {
            null => null,
            "/staff" => "/staff/menu",
            var home => home,
        };
    }

    private static string Of(IStringLocalizer<Text.Pages> text, string special, string kind, int status, string part)
    {
        var own = text[$"Error_{special}_{part}"];
        if (own.ResourceNotFound) own = text[$"Error_{kind}_{part}"];
        return Encoder.Encode(own.ResourceNotFound ? text[status >= 500 ? $"Error_500_{part}" : $"Error_400_{part}"] : own);
    }

    // A clock for what passes, an empty sheet for what is not there.
    private static string Picture(bool passes) =>
        "<svg class=\"picture\" viewBox=\"0 0 96 96\" width=\"96\" height=\"96\" aria-hidden=\"true\" focusable=\"false\" fill=\"none\" stroke=\"currentColor\""
        + " stroke-width=\"3\" stroke-linecap=\"round\" stroke-linejoin=\"round\">"
        + (passes
            ? "<circle cx=\"48\" cy=\"48\" r=\"34\" fill=\"#e3f3e9\" /><path d=\"M48 26v22l14 10\" />"
            : "<path d=\"M24 10h34l16 16v60H24z\" fill=\"#e3f3e9\" /><path d=\"M58 10v16h16M38 44h.1M60 44h.1M38 64c5-6 17-6 22 0\" />")
        + "</svg>";
}
