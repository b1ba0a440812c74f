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
        return app.Use(async (context, next) =>
        {
            await next(context);
            if (HttpMethods.IsGet(context.Request.Method) && !HeadRequests.IsHead(context)
                && context.Response.StatusCode == StatusCodes.Status200OK
                && context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is { } page
                && Counted.Any(folder => page.ViewEnginePath.StartsWith(folder, StringComparison.Ordinal)))
                visits.Count();
        });
    }
}
