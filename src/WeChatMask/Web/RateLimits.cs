using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>Limits on how often one caller may ask.</summary>
/// <remarks>
/// Signed-in calls are counted per account: thousands of people share one address behind a carrier or a proxy.
/// Anonymous log-ins are counted per address and sized for that. Routes and pages name their limit as for the
/// framework's limiter, which has a limiter for each caller and looks through all of them ten times a second.
/// </remarks>
public static class RateLimits
{
    public const string PerAccount = "account";

    public const string PerAddress = "address";

    private const int CallsPerTenSeconds = 60;
    internal const int LoginsPerMinute = 600;

    /// <summary>Puts them before the routes, unless <c>Site:RateLimits</c> is off.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<SiteSettings>>().Value.RateLimits) return;
        var accounts = new CallCounts(CallsPerTenSeconds, TimeSpan.FromSeconds(10), TimeProvider.System);
        var addresses = new CallCounts(LoginsPerMinute, TimeSpan.FromMinutes(1), TimeProvider.System);
        app.Use((context, next) =>
        {
            var may = LimitOf(context.GetEndpoint()) switch
            {
                null => true,
                PerAccount => accounts.Take(context.User.Identity?.IsAuthenticated == true ? Sessions.Key(context.User) : CallerAddress.Of(context)),
                PerAddress => addresses.Take(CallerAddress.Of(context)),
                { } other => throw new InvalidOperationException($"There is no limit {other}."),
            };
            if (may) return next(context);
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "10";
            return Task.CompletedTask;
        });
    }

    private static string? LimitOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is null ? endpoint?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName : null;
}
