namespace WeChatMask.Web;

/// <summary>HEAD is answered as GET is, on every route; the server leaves the body out by itself.</summary>
public static class HeadRequests
{
    public static IApplicationBuilder UseHead(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!HttpMethods.IsHead(context.Request.Method)) return next(context);
        context.Features.Set(new Marker());
        context.Request.Method = HttpMethods.Get;
        return next(context);
    });

    /// <summary>Whether only the head is wanted. An answer without an end must ask.</summary>
    public static bool IsHead(HttpContext context) => context.Features.Get<Marker>() is not null;

    private sealed class Marker;
}
