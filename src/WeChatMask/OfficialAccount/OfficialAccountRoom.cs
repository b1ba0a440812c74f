using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Web;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>The account as WeChat has it: shared credentials, calls, menu, posters.</summary>
public static class OfficialAccountRoom
{
    public static IServiceCollection AddOfficialAccount(this IServiceCollection services)
    {
        services.AddSingleton<SharedCredentialStore>().AddSingleton<Credentials>().AddSingleton<ApiQuotaStore>().AddSingleton<OfficialAccountClient>();
        services.AddSingleton<SceneStore>().AddSingleton<FollowerStore>().AddSingleton<PosterQueries>();
        services.AddSection<MenuSettings, MenuSettingsValidator>(MenuSettings.Section).AddSingleton<Menu>();
        services.AddSingleton<IValidateOptions<WeChatSettings>, ProductionAccountValidator>();
        return services;
    }

    /// <summary>Maps <c>GET /api/wechat/signature?url=</c>, open to everybody since it signs addresses of this site alone, and the posters' codes.</summary>
    public static void MapOfficialAccount(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/wechat/signature", SignatureEndpoints.SignAsync)
            .AllowAnonymous().RequireRateLimiting(RateLimits.PerAddress).NoStore().WithTags("WeChat").Produces<PageSignature>();
        routes.MapFiles("/supervisor/posters", Sessions.OversightPolicy).MapGet("/{code}/code.svg", PosterEndpoints.PictureAsync);
    }
}
