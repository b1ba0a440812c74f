using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Audit;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Text;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>The audit as files, with the search of the page.</summary>
public sealed class AuditFiles(AuditExportStore store, CityCalendar calendar, CityFormatter format, RefusalResults refusals, AuditWords words, IStringLocalizer<AuditLines> text)
{
    private static readonly string[] Columns = ["Column_At", "Column_Actor", "Column_Action", "Column_Subject", "Column_Detail", "Column_Count"];

    internal static Task<IResult> CsvAsync([AsParameters] AuditSearch search, HttpContext context, AuditFiles files, CancellationToken cancellationToken) =>
        files.OfAsync(search, context.User.Staff().Username, "csv", sheet => sheet.Csv(), cancellationToken);

    internal static Task<IResult> XlsxAsync([AsParameters] AuditSearch search, HttpContext context, AuditFiles files, CancellationToken cancellationToken) =>
        files.OfAsync(search, context.User.Staff().Username, "xlsx", sheet => sheet.Xlsx(), cancellationToken);

    private async Task<IResult> OfAsync(AuditSearch search, string actor, string form, Func<Sheet, IResult> write, CancellationToken cancellationToken)
    {
        if (search.Filter(calendar) is not { } filter) return refusals.Result(Refusal.InvalidRequest);
        var (lines, isCut) = await store.ReadAsync(actor, form, filter, cancellationToken);
        var sheet = new Sheet(string.Create(CultureInfo.InvariantCulture, $"audit-{calendar.Today:yyyy-MM-dd}"), [.. Columns.Select(c => text[c].Value)]);
        foreach (var line in lines)
        {
            sheet.Add(
                format.FullMoment(line.At), words.ActorOf(line), words.ActionOf(line), words.SubjectOf(line), words.DetailOf(line), line.Counted);
        }

        if (isCut) sheet.Add(text["Cut"].Value, "", "", "", "", 0);
        return write(sheet);
    }
}
