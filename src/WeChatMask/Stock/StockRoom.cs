using WeChatMask.Web;

namespace WeChatMask.Stock;

/// <summary>What a pharmacy has on its shelf, and whom it cannot serve.</summary>
public static class StockRoom
{
    /// <summary>Also registers the watch over reports that wait.</summary>
    public static void AddStock(this IServiceCollection services)
    {
        services.AddSingleton<StockReportStore>().AddSingleton<HeldReportStore>().AddSingleton<ShortageStore>().AddSingleton<StockQueries>().AddSingleton<MovedPickupStore>().AddSingleton<ShelfCountStore>().AddSingleton<CounterTroubleStore>();
        services.AddSingleton<DeliveryQueries>().AddSingleton<DeliverySheets>().AddSingleton<HeldReportWatch>();
        services.AddHostedService(s => s.GetRequiredService<HeldReportWatch>());
    }

    public static void MapStock(this IEndpointRouteBuilder routes)
    {
        var clerks = routes.MapClerkApi("/api/pharmacy");
        clerks.MapPost("/deliveries", StockEndpoints.DeliverAsync).Produces<DeliveryView>(StatusCodes.Status201Created).Produces<DeliveryView>().Produces<DeliveryView>(StatusCodes.Status202Accepted);
        clerks.MapPost("/pauses", CounterTroubleEndpoints.PauseAsync).Produces(StatusCodes.Status204NoContent);
        clerks.MapPost("/pauses/end", CounterTroubleEndpoints.ResumeAsync).Produces(StatusCodes.Status204NoContent);
        clerks.MapPost("/shortages", CounterTroubleEndpoints.ShortAsync).Produces(StatusCodes.Status204NoContent);
        clerks.MapPost("/shortages/end", CounterTroubleEndpoints.EnoughAsync).Produces(StatusCodes.Status204NoContent);
        routes.MapSupervisorApi("/api/supervisor").MapPost("/pharmacies/{code}/resume", CounterTroubleEndpoints.ResumeOfAsync).Produces(StatusCodes.Status204NoContent);
        clerks.MapPost("/shelf-counts", ShelfCountEndpoints.CountAsync).Produces<ShelfCountView>(StatusCodes.Status201Created).Produces<ShelfCountView>();
        clerks.MapPost("/losses", StockEndpoints.LoseAsync).Produces<LossView>(StatusCodes.Status201Created).Produces<LossView>().Produces<LossView>(StatusCodes.Status202Accepted);
    }
}
