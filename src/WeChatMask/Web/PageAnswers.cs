using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace WeChatMask.Web;

/// <summary>A page that is the same for everybody: browsers and proxies may keep it for some seconds.</summary>
/// <remarks>
/// It varies by cookie for the size of the type. Nothing on it may come from an account but where it says so by
/// <see cref="MakePersonal"/>, and no form token may be on it, since that sets a cookie.
/// </remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CacheablePageAttribute : ResultFilterAttribute
{
    private const string Public = "public";
    private static readonly object Settled = new();
    private static readonly object Personal = new();

    public int Seconds { get; init; } = 2;

    /// <summary>Whether search engines are asked to leave it out.</summary>
    public bool NoIndex { get; init; }

    /// <summary>Says that what this answer shows will hardly change any more, so that it may be kept for longer.</summary>
    public static void Keep(HttpContext context, int seconds) => context.Items[Settled] = seconds;

    /// <summary>Says that this answer has something of the asking account on it, so that nobody keeps it.</summary>
    public static void MakePersonal(HttpContext context) => context.Items[Personal] = true;

    /// <summary>Whether an answer that is about to be sent may be given to anybody else.</summary>
    public static bool IsForAll(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status200OK && response.Headers.SetCookie.Count == 0 && response.Headers.CacheControl.ToString().StartsWith(Public, StringComparison.Ordinal);

    public override void OnResultExecuting(ResultExecutingContext context)
    {
        var headers = context.HttpContext.Response.Headers;
        var isPage = context.Result is PageResult { StatusCode: null or StatusCodes.Status200OK }
            && context.HttpContext.Response.StatusCode == StatusCodes.Status200OK;
        var seconds = context.HttpContext.Items[Settled] is int settled ? settled : Seconds;
        headers.CacheControl = isPage && !IsPersonal(context.HttpContext) ? FormattableString.Invariant($"{Public}, max-age={seconds}") : "no-store";
        headers.Vary = "Cookie";
        if (NoIndex) headers["X-Robots-Tag"] = "noindex, nofollow";
    }

    // A log-in that has ended takes its cookie away, which is somebody's own answer too.
    private static bool IsPersonal(HttpContext context) => context.Items.ContainsKey(Personal) || context.Response.Headers.SetCookie.Count > 0;
}

/// <summary>A page with something of one account on it: nobody keeps it, the browser neither.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PersonalPageAttribute : ResultFilterAttribute
{
    /// <remarks>Written last: a form's token sets its own "no-cache, no-store" while the page is made, and warns of whatever stood there before.</remarks>
    public override void OnResultExecuting(ResultExecutingContext context)
    {
        var response = context.HttpContext.Response;
        response.OnStarting(() => PersonalAnswers.KeepNot(response));
    }
}

/// <summary>A page that reads codes with the camera. Only there may compiled code run.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CodeReaderPageAttribute : ResultFilterAttribute
{
    public override void OnResultExecuting(ResultExecutingContext context) => SafeHeaders.AllowCodeReader(context.HttpContext);
}
