using WeChatMask.Data;
using WeChatMask.Sms;

namespace WeChatMask.Web;

/// <summary>Health for machines: alive, and ready with the reasons when not.</summary>
public static class Health
{
    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/health").AllowAnonymous().WithTags("Health");
        group.MapGet("/live", () => TypedResults.Ok(new { status = "live" }));
        group.MapGet("/ready", ReadyAsync);
    }

    internal static async Task<IResult> ReadyAsync(Startup startup, NodeStore node, SmsAlarmStore sms, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        var warnings = new List<string>();
        if (!startup.IsReady) reasons.Add("starting");
        try
        {
            await node.PingAsync(cancellationToken);
            if (!await node.ClockFitsAsync(cancellationToken)) reasons.Add("clock");
            // Messages wait in the outbox meanwhile: the city books on, and a node taken away would not help.
            if (startup.IsReady) warnings.AddRange((await sms.AllAsync(cancellationToken)).Select(a => $"sms {a.Subject} {a.Problem}"));
        }
        catch (System.Data.Common.DbException)
        {
            reasons.Add("database");
        }

        return reasons.Count == 0
            ? TypedResults.Ok(new { status = "ready", warnings })
            : TypedResults.Json(new { status = "not_ready", reasons }, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
