using WeChatMask.Web;

namespace WeChatMask.OfficialAccount;

/// <summary>The codes of the pharmacies' posters as pictures.</summary>
public static class PosterEndpoints
{
    internal static async Task<IResult> PictureAsync(string code, SceneStore scenes, CancellationToken cancellationToken)
    {
        return await scenes.UrlAsync(code, cancellationToken) is { } url
            ? TypedResults.Text(QrPicture.Svg(url), "image/svg+xml")
            : TypedResults.NotFound();
    }
}
