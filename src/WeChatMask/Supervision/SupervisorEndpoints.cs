using System.Globalization;
using System.Security.Claims;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Jobs;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>What supervisors read and steer.</summary>
public static class SupervisorEndpoints
{
    private const int LongestReason = 200;
    private const int UsuallyTaken = 100;
    private const int MostTaken = 500;

    /// <summary>Registers them.</summary>
    public static IServiceCollection AddSupervisors(this IServiceCollection services) =>
        services.AddSingleton<AuditQueries>().AddSingleton<PharmacyStatusStore>().AddSingleton<DeliveryQueries>().AddSingleton<DeliverySheets>()
            .AddSingleton<DayReports>().AddSingleton<DayReportQueries>().AddSingleton<DayReportSheets>().AddSingleton<DayReportWords>()
            .AddSingleton<OfflineHandOverQueries>().AddSingleton<Bookings.ProvisionalQueries>().AddSingleton<OfflineReviewStore>();

    /// <summary>Maps <c>/api/supervisor</c>, the delivery sheets and the daily reports as tables.</summary>
    public static void MapSupervisors(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/supervisor").RequireAuthorization(Sessions.SupervisorPolicy)
            .RequireRateLimiting(RateLimits.PerAccount).AskRightsFirst().WithTags("Supervisor");
        api.MapGet("/jobs", JobsAsync).Produces<JobList>();
        api.MapGet("/audit", AuditAsync).Produces<AuditList>();
        api.MapPut("/pharmacies/{code}", SetPharmacyAsync).Produces<PharmacyStatusView>();
        api.MapGet("/rounds/{date}/report", ReportAsync);
        api.MapOfflineReview();
        api.MapProvisional();
        var files = routes.MapGroup("/supervisor/rounds").RequireAuthorization(Sessions.SupervisorPolicy).ExcludeFromDescription();
        files.MapGet("/{date}/delivery.xlsx", (string date, HttpContext context, RoundQueries rounds, DeliverySheets sheets, Refused refused, CancellationToken token) =>
            DeliveryAsync(date, sheet => sheet.Xlsx(), context, rounds, sheets, refused, token));
        files.MapGet("/{date}/delivery.csv", (string date, HttpContext context, RoundQueries rounds, DeliverySheets sheets, Refused refused, CancellationToken token) =>
            DeliveryAsync(date, sheet => sheet.Csv(), context, rounds, sheets, refused, token));
        files.MapGet("/{date}/report.xlsx", (string date, DayReportSheets sheets, Refused refused, CancellationToken token) =>
            ReportFileAsync(date, sheet => sheet.Xlsx(), sheets, refused, token));
        files.MapGet("/{date}/report.csv", (string date, DayReportSheets sheets, Refused refused, CancellationToken token) =>
            ReportFileAsync(date, sheet => sheet.Csv(), sheets, refused, token));
    }

    internal static async Task<IResult> JobsAsync(int? take, HttpContext context, JobRuns runs, CityCalendar calendar, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var newest = await runs.NewestAsync(Bounded(take), cancellationToken);
        return TypedResults.Ok(new JobList([.. newest.Select(r => new JobView(
            r.Job, r.Node, calendar.Local(r.StartedAt), calendar.Local(r.EndedAt), r.Outcome, r.Done, r.Problem))]));
    }

    internal static async Task<IResult> AuditAsync(int? take, HttpContext context, AuditQueries audit, CityCalendar calendar, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var newest = await audit.NewestAsync(Bounded(take), cancellationToken);
        return TypedResults.Ok(new AuditList([.. newest.Select(l => new AuditView(calendar.Local(l.At), l.Actor, l.Action, l.Subject, l.Detail))]));
    }

    internal static async Task<IResult> SetPharmacyAsync(
        string code, PharmacyStatusBody body, ClaimsPrincipal user, PharmacyStatusStore store, Refused refused, CancellationToken cancellationToken)
    {
        if (Read(body.Status) is not { } status) return refused.Result(Refusal.InvalidRequest);
        if (body.Reason?.Trim() is not { Length: >= 1 and <= LongestReason } reason) return refused.Result(Refusal.InvalidReason);
        var refusal = await store.SetAsync(user.Staff().Username, code, status, reason, cancellationToken);
        return refusal == Refusal.None ? TypedResults.Ok(new PharmacyStatusView(code, status)) : refused.Result(refusal);
    }

    internal static async Task<IResult> ReportAsync(string date, DayReportQueries queries, Refused refused, CancellationToken cancellationToken) =>
        Day(date) is { } day && await queries.DocumentAsync(day, cancellationToken) is { } document
            ? TypedResults.Text(document, "application/json")
            : refused.Result(Refusal.UnknownRound);

    private static async Task<IResult> ReportFileAsync(
        string date, Func<Sheet, IResult> form, DayReportSheets sheets, Refused refused, CancellationToken cancellationToken) =>
        Day(date) is { } day && await sheets.OfAsync(day, cancellationToken) is { } sheet ? form(sheet) : refused.Result(Refusal.UnknownRound);

    private static async Task<IResult> DeliveryAsync(
        string date, Func<Sheet, IResult> form, HttpContext context, RoundQueries rounds, DeliverySheets sheets, Refused refused, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (Day(date) is not { } day || await rounds.FindAsync(day, cancellationToken) is not { } round) return refused.Result(Refusal.UnknownRound);
        // Before the close nobody knows how much is to be delivered.
        return round.IsClosed
            ? form(await sheets.OfAsync(round, context.User.Staff().Username, cancellationToken))
            : refused.Result(Refusal.NotPublished);
    }

    private static int Bounded(int? take) => Math.Clamp(take ?? UsuallyTaken, 1, MostTaken);

    private static PharmacyStatus? Read(string? status) => status switch
    {
        "open" => PharmacyStatus.Open,
        "paused" => PharmacyStatus.Paused,
        "withdrawn" => PharmacyStatus.Withdrawn,
        _ => null,
    };

    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}

/// <summary>Job runs, newest first.</summary>
public sealed record JobList(IReadOnlyList<JobView> Jobs);

/// <summary>One run of one job.</summary>
public sealed record JobView(
    string Job, string Node, DateTimeOffset StartedAt, DateTimeOffset EndedAt, JobOutcome Outcome, int Done, string? Problem);

/// <summary>Audit lines, newest first.</summary>
public sealed record AuditList(IReadOnlyList<AuditView> Entries);

/// <summary>One line of the audit.</summary>
public sealed record AuditView(DateTimeOffset At, string Actor, string Action, string Subject, string? Detail);

/// <summary>What a pharmacy is to be set to, and why.</summary>
public sealed record PharmacyStatusBody(string? Status = null, string? Reason = null);

/// <summary>A pharmacy's status.</summary>
public sealed record PharmacyStatusView(string Code, PharmacyStatus Status);
