using System.Globalization;
using System.Security.Claims;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Jobs;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>What supervisors read and steer.</summary>
public static class SupervisorEndpoints
{
    private const int LongestReason = 200;
    private const int UsuallyTaken = 100;
    private const int MostTaken = 500;

    internal static async Task<IResult> JobsAsync(int? take, JobRuns runs, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var newest = await runs.NewestAsync(Bounded(take), cancellationToken);
        return TypedResults.Ok(new JobList([.. newest.Select(r => new JobView(
            r.Job, r.Node, calendar.Local(r.StartedAt), calendar.Local(r.EndedAt), r.Outcome, r.Done, r.Problem))]));
    }

    internal static async Task<IResult> AuditAsync(int? take, AuditQueries audit, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var newest = await audit.NewestAsync(Bounded(take), cancellationToken);
        return TypedResults.Ok(new AuditList([.. newest.Select(l => new AuditView(calendar.Local(l.At), l.Actor, l.Action, l.Subject, l.Detail))]));
    }

    internal static async Task<IResult> SetPharmacyAsync(
        string code, PharmacyStatusBody body, ClaimsPrincipal user, PharmacyStatusStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Read(body.Status) is not { } status) return refusals.Result(Refusal.InvalidRequest);
        if (body.Reason?.Trim() is not { Length: >= 1 and <= LongestReason } reason) return refusals.Result(Refusal.InvalidReason);
        var refusal = await store.SetAsync(user.Staff().Username, code, status, reason, cancellationToken);
        return refusal == Refusal.None ? TypedResults.Ok(new PharmacyStatusView(code, status)) : refusals.Result(refusal);
    }

    internal static async Task<IResult> ReportAsync(string date, DayReportQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        Day(date) is { } day && await queries.DocumentAsync(day, cancellationToken) is { } document
            ? TypedResults.Text(document, "application/json")
            : refusals.Result(Refusal.UnknownRound);

    internal static Task<IResult> DeliveryXlsxAsync(string date, HttpContext context, RoundQueries rounds, DeliverySheets sheets, RefusalResults refusals, CancellationToken cancellationToken) =>
        DeliveryAsync(date, sheet => sheet.Xlsx(), context, rounds, sheets, refusals, cancellationToken);

    internal static Task<IResult> DeliveryCsvAsync(string date, HttpContext context, RoundQueries rounds, DeliverySheets sheets, RefusalResults refusals, CancellationToken cancellationToken) =>
        DeliveryAsync(date, sheet => sheet.Csv(), context, rounds, sheets, refusals, cancellationToken);

    internal static Task<IResult> ReportXlsxAsync(string date, DayReportSheets sheets, RefusalResults refusals, CancellationToken cancellationToken) =>
        ReportFileAsync(date, sheet => sheet.Xlsx(), sheets, refusals, cancellationToken);

    internal static Task<IResult> ReportCsvAsync(string date, DayReportSheets sheets, RefusalResults refusals, CancellationToken cancellationToken) =>
        ReportFileAsync(date, sheet => sheet.Csv(), sheets, refusals, cancellationToken);

    private static async Task<IResult> ReportFileAsync(
        string date, Func<Sheet, IResult> form, DayReportSheets sheets, RefusalResults refusals, CancellationToken cancellationToken) =>
        Day(date) is { } day && await sheets.OfAsync(day, cancellationToken) is { } sheet ? form(sheet) : refusals.Result(Refusal.UnknownRound);

    private static async Task<IResult> DeliveryAsync(
        string date, Func<Sheet, IResult> form, HttpContext context, RoundQueries rounds, DeliverySheets sheets, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Day(date) is not { } day || await rounds.FindAsync(day, cancellationToken) is not { } round) return refusals.Result(Refusal.UnknownRound);
        // Before the close nobody knows how much is to be delivered.
        return round.IsClosed
            ? form(await sheets.OfAsync(round, context.User.Staff().Username, cancellationToken))
            : refusals.Result(Refusal.NotPublished);
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
