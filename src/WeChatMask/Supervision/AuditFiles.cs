using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Text;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>The audit as files, with the search of the page.</summary>
public sealed class AuditFiles(AuditExportStore store, CityCalendar calendar, CityFormatter format, RefusalResults refusals, IStringLocalizer<AuditLines> text)
{
    private const string AccountPrefix = "account:";

    private static readonly string[] Columns = ["Column_At", "Column_Actor", "Column_Action", "Column_Subject", "Column_Detail", "Column_Count"];

    internal static Task<IResult> CsvAsync([AsParameters] AuditSearch search, HttpContext context, AuditFiles files, CancellationToken cancellationToken) =>
        files.OfAsync(search, context.User.Staff().Username, "csv", sheet => sheet.Csv(), cancellationToken);

    internal static Task<IResult> XlsxAsync([AsParameters] AuditSearch search, HttpContext context, AuditFiles files, CancellationToken cancellationToken) =>
        files.OfAsync(search, context.User.Staff().Username, "xlsx", sheet => sheet.Xlsx(), cancellationToken);

    /// <summary>What was done, in Chinese; an action of another version by its name.</summary>
    public static string ActionOf(IStringLocalizer<AuditLines> text, string action) =>
        text[$"Action_{action}"] is { ResourceNotFound: false } known ? known.Value : action;

    /// <summary>Who did it, as people say it.</summary>
    public static string ActorOf(IStringLocalizer<AuditLines> text, string actor) => actor switch
    {
        AuditStore.Nobody => text["Nobody"],
        _ when actor == AccountActor.Operator.Name => text["Operator"],
        _ when actor.StartsWith(AccountPrefix, StringComparison.Ordinal) => text["Account", actor[AccountPrefix.Length..]],
        _ => actor,
    };

    private async Task<IResult> OfAsync(AuditSearch search, string actor, string form, Func<Sheet, IResult> write, CancellationToken cancellationToken)
    {
        if (search.Filter(calendar) is not { } filter) return refusals.Result(Refusal.InvalidRequest);
        var (lines, isCut) = await store.ReadAsync(actor, form, filter, cancellationToken);
        var sheet = new Sheet(string.Create(CultureInfo.InvariantCulture, $"audit-{calendar.Today:yyyy-MM-dd}"), [.. Columns.Select(c => text[c].Value)]);
        foreach (var line in lines)
        {
            sheet.Add(
                format.FullMoment(line.At), ActorOf(text, line.Actor), ActionOf(text, line.Action),
                line.Subject, line.Detail ?? "", line.Counted);
        }

        if (isCut) sheet.Add(text["Cut"].Value, "", "", "", "", 0);
        return write(sheet);
    }
}
