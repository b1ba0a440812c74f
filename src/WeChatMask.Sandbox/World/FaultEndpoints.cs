using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Makes neighbours fail, over HTTP, and puts the failing in front of their routes.</summary>
internal static class FaultEndpoints
{
    private const int WeChatTooMany = 45009;
    private const int LongestDelay = 60_000;

    /// <summary>Maps reading and setting.</summary>
    public static void MapFaults(this IEndpointRouteBuilder sandbox)
    {
        sandbox.MapGet("/faults", (Faults faults) => TypedResults.Ok(Show(faults)));
        sandbox.MapPost("/faults", (FaultOrder order, Faults faults, RefusalResults refusals) =>
        {
            if (!IsName(order.Target, out Neighbour target) || !IsName(order.Mode, out FaultMode mode) || !Faults.Fits(target, mode)
                || order.Milliseconds is < 1 or > LongestDelay)
                return refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_fault");
            faults.Set(target, mode, order.Milliseconds is { } delay ? TimeSpan.FromMilliseconds(delay) : null);
            return TypedResults.Ok(Show(faults));
        });
    }

    /// <summary>Lets these routes fail as their neighbour is told to.</summary>
    public static RouteGroupBuilder FailingAs(this RouteGroupBuilder group, Neighbour neighbour)
    {
        group.AddEndpointFilter(async (context, next) =>
        {
            var services = context.HttpContext.RequestServices;
            var refusals = services.GetRequiredService<RefusalResults>();
            return await services.GetRequiredService<Faults>().MeetAsync(neighbour, context.HttpContext.RequestAborted) switch
            {
                FaultMode.Down => refusals.Plain(StatusCodes.Status503ServiceUnavailable, "down"),
                FaultMode.Throttle when neighbour == Neighbour.WeChat => WeChatAnswer.Error(WeChatTooMany, "reach max api daily quota limit"),
                FaultMode.Throttle => refusals.Plain(StatusCodes.Status429TooManyRequests, "too_many_requests"),
                _ => await next(context),
            };
        });
        return group;
    }

    private static Dictionary<string, string> Show(Faults faults) => faults.All.ToDictionary(
        f => f.Key.ToString().ToLowerInvariant(), f => f.Value.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    // Numbers would be taken for members too, so only the written names count.
    private static bool IsName<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text.All(char.IsAsciiLetterLower) && Enum.TryParse(text, ignoreCase: true, out value);
    }

    internal sealed record FaultOrder(string Target, string Mode, int? Milliseconds = null);
}
