using Microsoft.AspNetCore.Http.Features;

namespace WeChatMask.Web;

/// <summary>
/// A body longer than its route takes is refused by its length, before anything begins to read it: what reads a form's token would
/// call it a bad request.
/// </summary>
internal static class LargeBodies
{
    /// <summary>Behind the routes and the rights: each route has its limit, and who may not call is told that first.</summary>
    public static void UseLargeBodies(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.ContentLength is not { } length || length <= (context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? long.MaxValue)) return next(context);
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        return Errors.WriteAsync(context);
    });
}
