using WeChatMask.Web;

namespace WeChatMask.OfficialAccount;

/// <summary>The codes of the pharmacies' posters as pictures.</summary>
public static class PosterEndpoints
{
    /// <summary>Maps them, for supervisors.</summary>
    public static void MapPosters(this IEndpointRouteBuilder routes) => routes.MapGet("/supervisor/posters/{code}/code.svg", PictureAsync)
        .RequireAuthorization(Sessions.SupervisorPolicy).ExcludeFromDescription();

    internal static async Task<IResult> PictureAsync(string code, HttpContext context, SceneStore scenes, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        return await scenes.UrlAsync(code, cancellationToken) is { } url
            ? TypedResults.Text(QrPicture.Svg(url), "image/svg+xml")
            : TypedResults.NotFound();
    }
}
