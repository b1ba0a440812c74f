using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>The server's time, which countdowns go by: a phone's own clock may be minutes off.</summary>
public static class ClockEndpoints
{
    /// <summary>Maps <c>/api/clock</c>.</summary>
    public static void MapClock(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/clock", Now).AllowAnonymous().WithTags("Public").Produces<ClockReading>();

    internal static IResult Now(HttpContext context, CityCalendar calendar)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new ClockReading(calendar.Local(calendar.Now)));
    }
}

/// <summary>What the server's clock says.</summary>
/// <param name="Now">With the city's offset.</param>
public sealed record ClockReading(DateTimeOffset Now);
