using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>The counter: scan and hand over, proxies, taking back, lists, and a counter without a network.</summary>
public static class CounterRoom
{
    public static void AddCounter(this IServiceCollection services)
    {
        services.AddSingleton<Vouchers>().AddSingleton<RedemptionRequestReader>().AddSingleton<RedemptionStore>().AddSingleton<VoidStore>();
        services.AddSingleton<OfflineBundles>().AddSingleton<OfflineHandOverStore>();
        services.AddSingleton<CounterQueries>().AddSingleton<CounterLines>().AddSingleton<PharmacyDays>().AddSingleton<CityDays>().AddSingleton<PharmacyLists>();
    }

    public static void MapCounter(this IEndpointRouteBuilder routes)
    {
        var clerks = routes.MapClerkApi("/api/pharmacy");
        clerks.MapPost("/redemptions", RedemptionEndpoints.RedeemAsync).Produces<RedemptionView>();
        clerks.MapPost("/redemptions/check", RedemptionEndpoints.CheckAsync).Produces<RedemptionView>();
        clerks.MapPost("/redemptions/settle", OfflineHandOverEndpoints.RecordAsync).Produces<OfflineHandOversView>();
        clerks.MapPost("/redemptions/{number}/void", RedemptionEndpoints.VoidAsync).Produces<VoidView>();
        clerks.MapGet("/offline", OfflineHandOverEndpoints.TakeAlongAsync).Produces<OfflineBundle>();
        var supervisors = routes.MapSupervisorApi("/api/supervisor");
        supervisors.MapPost("/redemptions/{number}/void", RedemptionEndpoints.VoidAsync).Produces<VoidView>();
        supervisors.MapGet("/today", CityDayEndpoints.OfAsync).Produces<CityDayView>();
        var files = routes.MapFiles("/pharmacy/lists", Sessions.ClerkPolicy);
        files.MapGet("/{date}.xlsx", ListEndpoints.XlsxAsync);
        files.MapGet("/{date}.csv", ListEndpoints.CsvAsync);
    }
}
