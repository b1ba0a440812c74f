using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Web;

namespace WeChatMask.OpenData;

/// <summary>Counts each page of residents and the public that was shown; not the staff's, nor what scripts fetch.</summary>
public static class VisitCounting
{
    private static readonly string[] Counted = ["/Public/", "/Resident/"];

    public static IApplicationBuilder UseVisitCounting(this IApplicationBuilder app)
    {
        var visits = app.ApplicationServices.GetRequiredService<Visits>();
        return app.Use((context, next) => IsCounted(context) ? CountAsync(context, next, visits) : next(context));
    }

    private static bool IsCounted(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is { } page
        && HttpMethods.IsGet(context.Request.Method) && !HeadRequests.IsHead(context)
        && Array.Exists(Counted, folder => page.ViewEnginePath.StartsWith(folder, StringComparison.Ordinal));

    private static async Task CountAsync(HttpContext context, RequestDelegate next, Visits visits)
    {
        await next(context);
        if (context.Response.StatusCode == StatusCodes.Status200OK) visits.Count();
    }
}
