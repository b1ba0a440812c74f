using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>What supervisors read and steer.</summary>
public static class SupervisionRoom
{
    public static void AddSupervision(this IServiceCollection services)
    {
        services.AddSingleton<PolicyChangeQueries>().AddSingleton<PolicyChangeStore>().AddSingleton<PolicyFaultFormatter>();
        services.AddSingleton<PlanChangeQueries>().AddSingleton<PlanChangeStore>().AddSingleton<PlanFormatter>().AddSingleton<PlanSheets>();
        services.AddSingleton<AuditFiles>().AddSingleton<AuditWords>().AddSingleton<LateHandOverQueries>();
        services.AddSingleton<OfflineHandOverQueries>().AddSingleton<OfflineReviewStore>();
    }

    /// <summary>Maps <c>/api/supervisor</c>, its sheets, and the public notices of changed rules.</summary>
    public static void MapSupervision(this IEndpointRouteBuilder routes)
    {
        var supervisors = routes.MapSupervisorApi("/api/supervisor");
        supervisors.MapGet("/jobs", HistoryEndpoints.JobsAsync).Produces<JobList>();
        supervisors.MapPut("/pharmacies/{code}", PharmacyStatusEndpoints.SetAsync).Produces<PharmacyStatusView>();
        supervisors.MapGet("/rounds/{date}/report", SheetEndpoints.ReportAsync);
        supervisors.MapGet("/rounds/{date}/provisional", ProvisionalEndpoints.OfAsync).Produces<ProvisionalView>();
        supervisors.MapGet("/offline-hand-overs", OfflineReviewEndpoints.ListAsync).Produces<OfflineHandOverList>();
        supervisors.MapPost("/offline-hand-overs/{id}/review", OfflineReviewEndpoints.ReviewAsync).Produces(StatusCodes.Status204NoContent);
        supervisors.MapGet("/late-hand-overs", HistoryEndpoints.LateAsync).Produces<LateHandOverList>();
        supervisors.MapGet("/stock-reports", HeldReportEndpoints.ListAsync).Produces<HeldReportList>();
        supervisors.MapPost("/stock-reports/{id}/agree", HeldReportEndpoints.AgreeAsync).Produces(StatusCodes.Status204NoContent);
        supervisors.MapPost("/stock-reports/{id}/decline", HeldReportEndpoints.DeclineAsync).Produces(StatusCodes.Status204NoContent);
        supervisors.MapGet("/policies", PolicyEndpoints.ListAsync).Produces<PolicyList>();
        supervisors.MapPost("/policies/preview", PolicyEndpoints.PreviewAsync).Produces<PolicyEffectView>();
        supervisors.MapPost("/policies", PolicyEndpoints.AddAsync).Produces<PolicyAddedView>(StatusCodes.Status201Created).Produces<PolicyAddedView>();
        supervisors.MapGet("/plan", PlanEndpoints.DaysAsync).Produces<PlanDayList>();
        supervisors.MapGet("/plan/{date}", PlanEndpoints.DayAsync).Produces<PlanDayView>();
        supervisors.MapPost("/plan/{date}/preview", PlanEndpoints.PreviewAsync).Produces<PlanEffectView>();
        supervisors.MapPut("/plan/{date}", PlanEndpoints.ChangeAsync).Produces<PlanChangedView>();
        supervisors.MapPut("/plan/{date}/no-round", PlanEndpoints.NoRoundAsync).Produces<PlanDayView>();
        routes.MapFiles("/supervisor/plan", Sessions.OversightPolicy).MapGet("/{date}.csv", PlanEndpoints.CsvAsync);
        routes.MapAuditApi("/api/supervisor").MapGet("/audit", HistoryEndpoints.AuditAsync).Produces<AuditList>();
        var sheets = routes.MapFiles("/supervisor/rounds/{date}", Sessions.OversightPolicy);
        sheets.MapGet("/delivery.xlsx", SheetEndpoints.DeliveryXlsxAsync);
        sheets.MapGet("/delivery.csv", SheetEndpoints.DeliveryCsvAsync);
        sheets.MapGet("/report.xlsx", SheetEndpoints.ReportXlsxAsync);
        sheets.MapGet("/report.csv", SheetEndpoints.ReportCsvAsync);
        var audit = routes.MapFiles("/supervisor", Sessions.AuditPolicy);
        audit.MapGet("/audit.csv", AuditFiles.CsvAsync);
        audit.MapGet("/audit.xlsx", AuditFiles.XlsxAsync);
        routes.MapPublicApi("/api/public").KeptBriefly().MapGet("/changes", PublicChangeEndpoints.ListAsync).Produces<PublicChangeList>();
    }
}
