using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Cases;

/// <summary>Complaints: what residents write and callers say, how far each has come, what came out.</summary>
public static class CasesRoom
{
    public static void AddCases(this IServiceCollection services)
    {
        services.AddSection<CaseSettings, CaseSettingsValidator>(CaseSettings.Section);
        services.AddSingleton<CaseQueries>().AddSingleton<CaseStore>().AddSingleton<CasePhotos>().AddSingleton<CaseForgettingStore>().AddSingleton<ViolationStore>();
    }

    public static void MapCases(this IEndpointRouteBuilder routes)
    {
        routes.MapFiles("/complaints/{number}", Sessions.ResidentPolicy).MapGet("/photo.jpg", CaseEndpoints.OwnPhotoAsync);
        routes.MapFiles("/supervisor/cases/{number}", Sessions.OversightPolicy).MapGet("/photo.jpg", CaseEndpoints.PhotoAsync);
    }
}
