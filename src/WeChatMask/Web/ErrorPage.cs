using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Localization;
using WeChatMask.Text;

namespace WeChatMask.Web;

/// <summary>The page a person sees when something is not there or broke. It needs nothing that could be broken too.</summary>
internal static class ErrorPage
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes the page for a status.</summary>
    public static Task WriteAsync(HttpContext context, int status)
    {
        var refusals = context.RequestServices.GetRequiredService<IStringLocalizer<Refusals>>();
        var pages = context.RequestServices.GetRequiredService<IStringLocalizer<Text.Pages>>();
        var sentence = refusals[$"Http_{status}"];
        var title = Encoder.Encode(sentence.ResourceNotFound ? refusals["Http_400"].Value : sentence.Value);
        var home = Encoder.Encode(pages["Error_Home"].Value);
        var html = $"""
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
            <title>{title}</title><link rel="stylesheet" href="/css/site.css"></head>
            <body><main class="sheet"><h1>{title}</h1><p><a class="button" href="/">{home}</a></p></main></body></html>
            """;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(html, Encoding.UTF8, context.RequestAborted);
    }
}
