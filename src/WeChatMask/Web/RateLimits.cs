using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>Limits on how often one caller may ask.</summary>
/// <remarks>
/// Signed-in calls are counted per account: thousands of people share one address behind a carrier or a proxy.
/// Anonymous log-ins are counted per address and sized for that.
/// </remarks>
public static class RateLimits
{
    public const string PerAccount = "account";

    public const string PerAddress = "address";

    private const int CallsPerTenSeconds = 60;
    internal const int LoginsPerMinute = 600;

    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "10";
            return ValueTask.CompletedTask;
        };
        options.AddPolicy(PerAccount, context => Window(
            context.User.Identity?.IsAuthenticated == true ? Sessions.Key(context.User) : CallerAddress.Of(context), CallsPerTenSeconds, TimeSpan.FromSeconds(10)));
        options.AddPolicy(PerAddress, context => Window(CallerAddress.Of(context), LoginsPerMinute, TimeSpan.FromMinutes(1)));
    });

    /// <summary>Puts them before the routes, unless <c>Site:RateLimits</c> is off.</summary>
    /// <remarks>The framework's limiter has a timer that outlives its host; a process that has had a thousand hosts, as tests have, would keep them all.</remarks>
    public static void UseRateLimits(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<SiteSettings>>().Value.RateLimits) app.UseRateLimiter();
    }

    private static RateLimitPartition<string> Window(string key, int permits, TimeSpan window) =>
        RateLimitPartition.GetSlidingWindowLimiter(key, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = permits, Window = window, SegmentsPerWindow = 5, QueueLimit = 0,
        });
}
