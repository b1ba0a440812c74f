namespace WeChatMask.Web;

/// <summary>What holds for every route of an audience, said once: who may call, how often, and that nobody keeps the answer.</summary>
public static class RouteGroups
{
    public static RouteGroupBuilder MapResidentApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.ResidentPolicy, "Resident");

    public static RouteGroupBuilder MapClerkApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.ClerkPolicy, "Pharmacy");

    public static RouteGroupBuilder MapSupervisorApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.SupervisorPolicy, "Supervisor");

    /// <summary>Files and pictures that only one audience may open.</summary>
    public static RouteGroupBuilder MapFiles(this IEndpointRouteBuilder routes, string prefix, string policy) =>
        routes.MapGroup(prefix).RequireAuthorization(policy).NoStore().ExcludeFromDescription();

    public static TBuilder NoStore<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilter((call, next) =>
    {
        call.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(call);
    });

    private static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes, string prefix, string policy, string audience) =>
        routes.MapGroup(prefix).RequireAuthorization(policy).RequireRateLimiting(RateLimits.PerAccount).AuthorizeBeforeContentType().NoStore().WithTags(audience);
}
