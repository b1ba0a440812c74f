namespace WeChatMask.Telemetry;

/// <summary>Keeps frameworks' logs at warnings, whatever the settings ask for, of all or of one sink.</summary>
/// <remarks>In detail they show addresses of calls, and log-ins, receipts, webhook calls and bookings are known by what stands there.</remarks>
internal static class QuietFrameworks
{
    private static readonly string[] Names = ["Microsoft.AspNetCore", "Microsoft.Extensions.Http", "System.Net.Http", "Polly", "Hangfire"];

    public static void AddQuietFrameworks(this IServiceCollection services) => services.PostConfigure<LoggerFilterOptions>(options =>
    {
        // A rule that names its sink is stronger than any that does not, so each is bounded by itself.
        for (var i = 0; i < options.Rules.Count; i++)
        {
            var rule = options.Rules[i];
            options.Rules[i] = new LoggerFilterRule(
                rule.ProviderName, rule.CategoryName, rule.LogLevel,
                (sink, category, level) => MayBeSaid(category, level) && (rule.Filter is null || rule.Filter(sink, category, level)));
        }

        foreach (var name in Names) options.Rules.Add(new LoggerFilterRule(null, name, LogLevel.Warning, null));
    });

    private static bool MayBeSaid(string? category, LogLevel level) =>
        level >= LogLevel.Warning || category is null || !Array.Exists(Names, name => category.StartsWith(name, StringComparison.Ordinal));
}
