using Microsoft.AspNetCore.Authorization;

namespace WeChatMask.Web;

/// <summary>Nobody keeps an answer of a route that asks who is calling, its refusals neither: said once for all of them, so that none can lack it.</summary>
public static class PersonalAnswers
{
    private const string NoStore = "no-store";

    /// <summary>Put between routing and authorization.</summary>
    /// <remarks>Written last: a form's token, a file or the dashboard set their own while the answer is made.</remarks>
    public static IApplicationBuilder UseNoStore(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint() is { } route && route.Metadata.GetMetadata<IAllowAnonymous>() is null)
            context.Response.OnStarting(static response => KeepNot((HttpResponse)response), context.Response);
        return next(context);
    });

    internal static Task KeepNot(HttpResponse response)
    {
        if (!response.Headers.CacheControl.ToString().Contains(NoStore, StringComparison.Ordinal)) response.Headers.CacheControl = NoStore;
        return Task.CompletedTask;
    }
}
