using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Cases;

/// <summary>Complaints: what residents write and callers say, how far each has come, what came out.</summary>
public static class CasesRoom
{
    public static void AddCases(this IServiceCollection services)
    {
        services.AddSection<CaseSettings, CaseSettingsValidator>(CaseSettings.Section);
        services.AddSingleton<CaseQueries>().AddSingleton<CaseViews>().AddSingleton<CaseStore>().AddSingleton<CasePhotos>().AddSingleton<CaseForgettingStore>().AddSingleton<ViolationStore>();
    }

    public static void MapCases(this IEndpointRouteBuilder routes)
    {
        routes.MapFiles("/complaints/{number}", Sessions.ResidentPolicy).MapGet("/photo.jpg", CaseEndpoints.OwnPhotoAsync);
        routes.MapFiles("/supervisor/cases/{number}", Sessions.OversightPolicy).MapGet("/photo.jpg", CaseEndpoints.PhotoAsync);
        var own = routes.MapResidentApi("/api/complaints");
        own.MapGet("/", CaseEndpoints.OwnAsync).Produces<ComplaintList>();
        own.MapGet("/{number}", CaseEndpoints.OwnCaseAsync).Produces<ComplaintView>();
        own.MapPost("/", CaseEndpoints.OpenAsync).Produces<CaseOpenedView>(StatusCodes.Status201Created).Produces<CaseOpenedView>();
        var cases = routes.MapSupervisorApi("/api/supervisor/cases");
        cases.MapGet("/", CaseEndpoints.ListAsync).Produces<CaseList>();
        cases.MapGet("/{number}", CaseEndpoints.ReadAsync).Produces<CaseView>();
        cases.MapPost("/", CaseEndpoints.TakeDownAsync).Produces<CaseOpenedView>(StatusCodes.Status201Created).Produces<CaseOpenedView>();
        cases.MapPost("/{number}/acts", CaseEndpoints.DoAsync).Produces<CaseView>();
        var asked = routes.MapLeadApi("/api/pharmacy/cases");
        asked.MapGet("/", CaseEndpoints.AskedAsync).Produces<AskedList>();
        asked.MapPost("/{number}/answer", CaseEndpoints.AnswerAsync).Produces(StatusCodes.Status204NoContent);
    }
}
