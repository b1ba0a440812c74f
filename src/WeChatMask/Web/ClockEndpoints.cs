using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>The server's time, which countdowns go by: a phone's own clock may be minutes off.</summary>
public static class ClockEndpoints
{
    private const string Path = "/api/clock";

    /// <summary>Put behind <see cref="HeadRequests.UseHead"/>.</summary>
    public static IApplicationBuilder UseClock(this IApplicationBuilder app) => app.UseSharedAnswer(Path, Now(app.ApplicationServices));

    internal static void MapClock(this IEndpointRouteBuilder routes)
    {
        var now = Now(routes.ServiceProvider);
        routes.MapGet(Path, (Delegate)((HttpContext context) => now(context))).AllowAnonymous().WithTags("Public").Produces<ClockReading>();
    }

    private static Func<HttpContext, Task> Now(IServiceProvider services)
    {
        var (calendar, json) = (services.GetRequiredService<CityCalendar>(), services.GetRequiredService<IOptions<JsonOptions>>());
        return context =>
        {
            var headers = context.Response.Headers;
            headers.CacheControl = "no-store";
            return context.WriteBytesAsync(JsonSerializer.SerializeToUtf8Bytes(new ClockReading(calendar.Local(calendar.Now)), json.Value.SerializerOptions));
        };
    }
}

/// <summary>What the server's clock says.</summary>
/// <param name="Now">With the city's offset.</param>
public sealed record ClockReading(DateTimeOffset Now);
