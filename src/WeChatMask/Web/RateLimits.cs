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
public sealed class RateLimits(IOptions<SiteSettings> site)
{
    public const string PerAccount = "account";

    public const string PerAddress = "address";

    private const int CallsPerTenSeconds = 60;
    internal const int LoginsPerMinute = 600;

    private readonly bool isOn = site.Value.RateLimits;
    private readonly CallCounts accounts = new(CallsPerTenSeconds, TimeSpan.FromSeconds(10), TimeProvider.System);
    private readonly CallCounts addresses = new(LoginsPerMinute, TimeSpan.FromMinutes(1), TimeProvider.System);

    /// <summary>Puts them before the routes, unless <c>Site:RateLimits</c> is off.</summary>
    public static void Use(WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        if (!limits.isOn) return;
        app.Use((context, next) =>
        {
            var may = LimitOf(context.GetEndpoint()) switch
            {
                null => true,
                PerAccount => limits.accounts.Take(context.User.Identity?.IsAuthenticated == true ? Sessions.Key(context.User) : CallerAddress.Of(context)),
                PerAddress => limits.TakeByAddress(context),
                { } other => throw new InvalidOperationException($"There is no limit {other}."),
            };
            if (may) return next(context);
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "10";
            return Task.CompletedTask;
        });
    }

    /// <summary>Counts a call of an address, for an answer before the routes; false, and it is not counted, where it has called as often as may be.</summary>
    public bool TakeByAddress(HttpContext context) => !isOn || addresses.Take(CallerAddress.Of(context));

    private static string? LimitOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is null ? endpoint?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName : null;
}
