using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Flags;

/// <summary>What is odd by plain thresholds, for a person to look at: found, shown with its rows, led on.</summary>
public static class FlagsRoom
{
    public static void AddFlags(this IServiceCollection services)
    {
        services.AddSection<FlagSettings, FlagSettingsValidator>(FlagSettings.Section);
        services.AddSingleton<OddQueries>().AddSingleton<FlagFindingStore>().AddSingleton<FlagQueries>().AddSingleton<FlagStore>();
    }

    public static void MapFlags(this IEndpointRouteBuilder routes)
    {
        var flags = routes.MapSupervisorApi("/api/supervisor/flags");
        flags.MapGet("/", FlagEndpoints.ListAsync).Produces<FlagList>();
        flags.MapGet("/{id}", FlagEndpoints.ReadAsync).Produces<FlagDetail>();
        flags.MapPost("/{id}", FlagEndpoints.ChangeAsync).Produces<FlagDetail>();
    }
}
