using WeChatMask.Web;

namespace WeChatMask.Levers;

/// <summary>What a supervisor does to a round on a bad day.</summary>
public static class LeversRoom
{
    public static void AddLevers(this IServiceCollection services)
    {
        services.AddSingleton<LeverQueries>().AddSingleton<LeverEffectQueries>().AddSingleton<LeverFormatter>().AddSingleton<LeverStore>().AddSingleton<LeverWorkStore>();
        services.AddSingleton<ILeverWork, AnnulLeverStore>().AddSingleton<ILeverWork, MoveLeverStore>().AddSingleton<ILeverWork, ExtendLeverStore>()
            .AddSingleton<ILeverWork, WithdrawLeverStore>();
    }

    public static void MapLevers(this IEndpointRouteBuilder routes)
    {
        var levers = routes.MapSupervisorApi("/api/supervisor/levers");
        levers.MapGet("/", LeverEndpoints.ListAsync).Produces<LeverList>();
        levers.MapPost("/preview", LeverEndpoints.PreviewAsync).Produces<LeverPreviewView>();
        levers.MapPost("/", LeverEndpoints.PressAsync).Produces<LeverPressedView>(StatusCodes.Status201Created).Produces<LeverPressedView>();
    }
}
