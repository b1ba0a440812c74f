using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>A round's daily report, and the sheet by which it is delivered.</summary>
public static class SheetEndpoints
{
    internal static async Task<IResult> ReportAsync(string date, DayReportQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        RouteDay.Read(date) is { } day && await queries.DocumentAsync(day, cancellationToken) is { } document
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
        RouteDay.Read(date) is { } day && await sheets.OfAsync(day, cancellationToken) is { } sheet ? form(sheet) : refusals.Result(Refusal.UnknownRound);

    private static async Task<IResult> DeliveryAsync(
        string date, Func<Sheet, IResult> form, HttpContext context, RoundQueries rounds, DeliverySheets sheets, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || await rounds.FindAsync(day, cancellationToken) is not { } round) return refusals.Result(Refusal.UnknownRound);
        // Before the close nobody knows how much is to be delivered.
        return round.IsClosed
            ? form(await sheets.OfAsync(round, context.User.Staff().Username, cancellationToken))
            : refusals.Result(Refusal.NotPublished);
    }
}
