using Microsoft.AspNetCore.Mvc;

namespace WeChatMask.WeChat;

/// <summary>The two routes WeChat's servers call.</summary>
public static class WebhookEndpoints
{
    /// <summary>The path to enter in the console's server configuration.</summary>
    public const string Path = "/wechat";

    /// <summary>
    /// Maps verification and messages. 403: no or a wrong signature, or a timestamp over 300 s away; 400: cannot be
    /// decrypted, another account's, unsafe or malformed; 413: over 64 KB; 200: everything else, known or not.
    /// </summary>
    public static IEndpointRouteBuilder MapWeChatWebhook(this IEndpointRouteBuilder endpoints)
    {
        // The caller is a server: it has no cookie and no form token, comes from a handful of addresses for all
        // residents together, wants bare statuses, and is no part of the API we describe.
        var webhook = endpoints.MapGroup(Path)
            .AllowAnonymous()
            .DisableAntiforgery()
            .DisableRateLimiting()
            .ExcludeFromDescription()
            .WithMetadata(new SkipStatusCodePagesAttribute());
        webhook.MapGet("", (HttpContext context, [FromServices] Webhook calls) => calls.Verify(context));
        webhook.MapPost("", (HttpContext context, [FromServices] Webhook calls) => calls.ReceiveAsync(context));
        return endpoints;
    }
}
