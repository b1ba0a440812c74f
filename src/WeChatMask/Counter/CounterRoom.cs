using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>The counter: scan and hand over, proxies, taking back, lists, and a counter without a network.</summary>
public static class CounterRoom
{
    /// <summary>Registers them, vouchers included.</summary>
    public static void AddCounter(this IServiceCollection services)
    {
        services.AddSingleton<Vouchers>().AddSingleton<RedemptionStore>().AddSingleton<VoidStore>().AddSingleton<RedemptionRequestReader>().AddSingleton<RedemptionViews>();
        services.AddSingleton<OfflineHandOverStore>().AddSingleton<OfflineHandOverReader>().AddSingleton<OfflineBundles>();
        services.AddSingleton<CounterQueries>().AddSingleton<PharmacyLists>().AddSingleton<CounterLines>().AddSingleton<PharmacyDays>();
    }

    /// <summary>Maps the clerks' calls and lists, and the supervisors' way to take a hand-over back.</summary>
    public static void MapCounter(this IEndpointRouteBuilder routes)
    {
        var clerks = routes.MapClerkApi("/api/pharmacy");
        clerks.MapPost("/redemptions", RedemptionEndpoints.RedeemAsync).Produces<RedemptionView>();
        clerks.MapPost("/redemptions/check", RedemptionEndpoints.CheckAsync).Produces<RedemptionView>();
        clerks.MapPost("/redemptions/settle", OfflineHandOverEndpoints.SettleAsync).Produces<OfflineHandOversView>();
        clerks.MapPost("/redemptions/{number}/void", RedemptionEndpoints.VoidAsync).Produces<VoidView>();
        clerks.MapGet("/offline", OfflineHandOverEndpoints.TakeAlongAsync).Produces<OfflineBundle>();
        routes.MapSupervisorApi("/api/supervisor").MapPost("/redemptions/{number}/void", RedemptionEndpoints.VoidAsync).Produces<VoidView>();
        var files = routes.MapFiles("/pharmacy/lists", Sessions.ClerkPolicy);
        files.MapGet("/{date}.xlsx", (string date, HttpContext context, PharmacyLists lists, RefusalResults refusals, CancellationToken token) =>
            ListEndpoints.FileAsync(date, "xlsx", context, lists, refusals, token));
        files.MapGet("/{date}.csv", (string date, HttpContext context, PharmacyLists lists, RefusalResults refusals, CancellationToken token) =>
            ListEndpoints.FileAsync(date, "csv", context, lists, refusals, token));
    }
}
