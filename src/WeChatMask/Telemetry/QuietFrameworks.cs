namespace WeChatMask.Telemetry;

/// <summary>
/// Keeps frameworks' logs at warnings where more is asked for of everything, of all sinks or of one. Who names a framework
/// hears more of it, but never the addresses of calls: log-ins, receipts, webhook calls and bookings are known by what stands there.
/// </summary>
internal static class QuietFrameworks
{
    // While it may say that something is critical, each call has an activity and scopes of its own. All it would say is that the start failed, which the start says itself.
    private const string Calls = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private static readonly string[] Names = ["Microsoft.AspNetCore", "Microsoft.Extensions.Http", "System.Net.Http", "Polly", "Hangfire"];
    private static readonly string[] Addresses = [Calls, "Microsoft.AspNetCore.StaticFiles", "System.Net.Http"];

    public static void AddQuietFrameworks(this IServiceCollection services) => services.PostConfigure<LoggerFilterOptions>(options =>
    {
        // They name paths of calls, and each of the thousands who follow the board would hold some.
        options.CaptureScopes = false;
        // A rule that names its sink is stronger than any that does not, so each is bounded by itself.
        for (var i = 0; i < options.Rules.Count; i++)
        {
            var rule = options.Rules[i];
            var bounded = IsOne(Names, rule.CategoryName) ? Addresses : Names;
            options.Rules[i] = new LoggerFilterRule(
                rule.ProviderName, rule.CategoryName, rule.LogLevel,
                (sink, category, level) => !(category == Calls && level == LogLevel.Critical) && (level >= LogLevel.Warning || !IsOne(bounded, category)) && (rule.Filter is null || rule.Filter(sink, category, level)));
        }
    });

    private static bool IsOne(string[] names, string? category) =>
        category is not null && Array.Exists(names, name => category.StartsWith(name, StringComparison.Ordinal));
}
