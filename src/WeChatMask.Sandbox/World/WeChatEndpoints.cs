using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in for WeChat's server API over HTTP. Its log-in page is the Razor page <c>Authorize</c>.</summary>
internal static class WeChatEndpoints
{
    /// <summary>Path under <c>/sandbox</c> of the API.</summary>
    public const string BasePath = "/wechat";

    private static readonly object Body = new();

    /// <summary>Maps the API, and what the app sent to it.</summary>
    public static void MapWeChatApi(this IEndpointRouteBuilder sandbox)
    {
        sandbox.MapGet(BasePath + "/calls", (WeChatCalls calls) => TypedResults.Ok(calls.All));
        var api = sandbox.MapGroup(BasePath);
        // A call that fails was sent all the same, so it is written down before it meets a fault.
        api.AddEndpointFilter(async (context, next) =>
        {
            await RememberAsync(context.HttpContext);
            return await next(context);
        });
        api.FailingAs(Neighbour.WeChat).MapMethods("/{**path}", [HttpMethods.Get, HttpMethods.Post], Answer);
    }

    private static IResult Answer(HttpContext context, WeChatApi api) =>
        api.Answer(context.Request.Method, PathOf(context), context.Request.Query, (string)context.Items[Body]!);

    private static async Task RememberAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        context.Items[Body] = body;
        var services = context.RequestServices;
        var now = services.GetRequiredService<CityCalendar>().Local(services.GetRequiredService<SandboxClock>().GetUtcNow());
        services.GetRequiredService<WeChatCalls>().Add(now, context.Request, PathOf(context), body);
    }

    private static string PathOf(HttpContext context) => (string?)context.Request.RouteValues["path"] ?? "";
}
