using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Audit;

/// <summary>Hands lines of the audit out to be kept elsewhere, which is written down like everything else.</summary>
public sealed class AuditExportStore(Database database, AuditQueries queries, CityCalendar calendar)
{
    /// <summary>The most lines of one file: what a spreadsheet opens at once.</summary>
    public const int MostLines = 20_000;

    /// <summary>The newest lines that a filter lets through, and whether there are more.</summary>
    public async Task<(List<AuditLine> Lines, bool IsCut)> ReadAsync(string actor, string form, AuditFilter filter, CancellationToken cancellationToken)
    {
        var lines = await queries.PageAsync(filter, null, MostLines + 1, cancellationToken);
        var isCut = lines.Count > MostLines;
        if (isCut) lines.RemoveAt(MostLines);
        // What was typed to look for may be anything, a person's number too, and is not written down.
        var detail = FormattableString.Invariant($"{form}, {lines.Count} lines{(filter.Actor.Length > 0 ? ", one actor" : "")}{(filter.Subject.Length > 0 ? ", one subject" : "")}");
        var days = FormattableString.Invariant($"{calendar.DateOf(filter.From):yyyy-MM-dd} {calendar.DateOf(filter.Until.AddTicks(-1)):yyyy-MM-dd}");
        await database.WriteAsync(transaction => AuditStore.AddAsync(transaction, calendar.Now, actor, "audit.export", days, detail), cancellationToken);
        return (lines, isCut);
    }
}
