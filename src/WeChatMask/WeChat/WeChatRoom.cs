using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WeChatMask.Settings;

namespace WeChatMask.WeChat;

/// <summary>The account's wire protocol. The <see cref="MessageHandler"/> is the product's to register.</summary>
public static class WeChatRoom
{
    public const string WebhookPath = "/wechat";

    public static IServiceCollection AddWeChat(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSection<WeChatSettings, WeChatSettingsValidator>(WeChatSettings.Section, configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Webhook>();

        // The address of a call holds the secret and the code: the factory's request log is taken out, and no
        // redirect may carry them to another host.
        services.AddHttpClient<WeChatClient>(http =>
            {
                http.Timeout = WeChatClient.Timeout;
                http.MaxResponseContentBufferSize = WeChatClient.MostAnswerBytes;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false, UseCookies = false,
                // Held for the program's life by those who ask again and again; addresses may move meanwhile.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .RemoveAllLoggers();
        return services;
    }

    /// <summary>
    /// 403: no or a wrong signature, or a timestamp over 300 s away; 400: cannot be
    /// decrypted, another account's, unsafe or malformed; 413: over 64 KB; 200: everything else, known or not.
    /// </summary>
    public static void MapWeChat(this IEndpointRouteBuilder routes)
    {
        // The caller is a server: it has no cookie and no form token, comes from a handful of addresses for all
        // residents together, wants bare statuses, and is no part of the API we describe.
        var webhook = routes.MapGroup(WebhookPath)
            .AllowAnonymous()
            .DisableAntiforgery()
            .DisableRateLimiting()
            .ExcludeFromDescription()
            .WithMetadata(new SkipStatusCodePagesAttribute());
        webhook.MapGet("", (HttpContext context, [FromServices] Webhook calls) => calls.Verify(context));
        webhook.MapPost("", (HttpContext context, [FromServices] Webhook calls) => calls.ReceiveAsync(context));
    }
}
