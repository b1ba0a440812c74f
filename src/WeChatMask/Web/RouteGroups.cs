using Microsoft.Net.Http.Headers;

namespace WeChatMask.Web;

/// <summary>What holds for every route of an audience, said once: who may call and how often. That nobody keeps a personal answer, <see cref="PersonalAnswers"/> says.</summary>
public static class RouteGroups
{
    private const string OpenToAll = "open to all";
    private static readonly string[] Open = ["/api/board", "/api/public", "/log"];

    private static readonly string[] Exposed = [HeaderNames.ETag, HeaderNames.RetryAfter, HeaderNames.ContentDisposition];
    private static readonly string ExposedLine = string.Join(',', Exposed);

    /// <summary>What pages of other sites need, on an answer that leaves before the pipeline could say it.</summary>
    public static void OpenToOtherSites(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.AccessControlExposeHeaders = ExposedLine;
    }

    public static RouteGroupBuilder MapResidentApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.ResidentPolicy, "Resident");

    public static RouteGroupBuilder MapClerkApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.ClerkPolicy, "Pharmacy");

    /// <summary>The calls of a pharmacy's lead.</summary>
    public static RouteGroupBuilder MapLeadApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.LeadPolicy, "Pharmacy");

    /// <summary>The supervisor's calls; an auditor may GET.</summary>
    public static RouteGroupBuilder MapSupervisorApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.OversightPolicy, "Supervisor");

    public static RouteGroupBuilder MapAuditApi(this IEndpointRouteBuilder routes, string prefix) => routes.MapApi(prefix, Sessions.AuditPolicy, "Audit");

    public static IServiceCollection AddOpenToAllOrigins(this IServiceCollection services) => services.AddCors(options => options.AddPolicy(OpenToAll, policy => policy
        .AllowAnyOrigin().AllowAnyHeader().WithMethods(HttpMethods.Get, HttpMethods.Head)
        .WithExposedHeaders(Exposed).SetPreflightMaxAge(TimeSpan.FromHours(1))));

    /// <summary>Answers what browsers ask before a call of another site's page. By path and before routing, since some of these routes leave the pipeline there.</summary>
    public static void UseOpenToAllOrigins(this IApplicationBuilder app) => app.UseWhen(
        context => Open.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)), branch => branch.UseCors(OpenToAll));

    /// <summary>What anybody may read, from pages of other sites too.</summary>
    /// <remarks>Said to who names no origin as well: a proxy may keep that answer for one who does.</remarks>
    public static RouteGroupBuilder MapPublicApi(this IEndpointRouteBuilder routes, string prefix) =>
        routes.MapGroup(Open.Contains(prefix, StringComparer.Ordinal) ? prefix : throw new ArgumentException("Not open to other origins.", nameof(prefix))).AllowAnonymous().WithTags("Public").AddEndpointFilter((call, next) =>
        {
            call.HttpContext.Response.Headers.AccessControlAllowOrigin = "*";
            return next(call);
        });

    /// <summary>Files and pictures that only one audience may open.</summary>
    public static RouteGroupBuilder MapFiles(this IEndpointRouteBuilder routes, string prefix, string policy) =>
        routes.MapGroup(prefix).RequireAuthorization(policy).ExcludeFromDescription();

    /// <summary>Browsers and proxies keep the answers for a moment, refusals not at all.</summary>
    public static TBuilder KeptBriefly<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilter(async (call, next) =>
    {
        var result = await next(call);
        if (result is not IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest }) call.HttpContext.Response.Headers.CacheControl = "public, max-age=2";
        return result;
    });

    /// <summary>A list is for the people of the city, not for search engines.</summary>
    public static TBuilder NotIndexed<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilter((call, next) =>
    {
        call.HttpContext.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        return next(call);
    });

    public static TBuilder NoStore<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilter((call, next) =>
    {
        call.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(call);
    });

    private static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes, string prefix, string policy, string audience) =>
        routes.MapGroup(prefix).RequireAuthorization(policy).RequireRateLimiting(RateLimits.PerAccount).AuthorizeBeforeContentType().WithTags(audience);
}
