using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Data;
using WeChatMask.Text;
using WeChatMask.Web;

namespace WeChatMask.OpenData;

/// <summary>A daily report as a table: a row a pharmacy, the sums, the visits, and each correction with its time.</summary>
public sealed class DayReportSheets(DayReportQueries queries, DayReportFormatter format, IStringLocalizer<Reports> text)
{
    /// <summary>The newest report of a round, or null before there is one.</summary>
    public async Task<Sheet?> OfAsync(DateOnly round, CancellationToken cancellationToken)
    {
        if (await queries.FindAsync(round, cancellationToken) is not { Report: { } state } report) return null;
        var sheet = new Sheet(
            string.Create(CultureInfo.InvariantCulture, $"report-{round.Column()}"),
            [text["Sheet_Code"], text["Sheet_Name"], .. PharmacyBooks.Figures.Select(f => format.Figure(f.Name))]);
        foreach (var p in report.Pharmacies) sheet.Add([p.Code, p.Name, .. PharmacyBooks.Figures.Select(f => (object)f.Of(p))]);
        sheet.Add([text["Sheet_Total"].Value, "", .. PharmacyBooks.Figures.Select(f => (object)report.Pharmacies.Sum(f.Of))]);
        AddNote(sheet, format.Figure(DayReports.VisitsFigure), "", report.Visits);
        AddNote(sheet, text["Sheet_Revision", state.Revision].Value, format.Moment(state.CorrectedAt ?? state.ReportedAt));
        foreach (var correction in state.Corrections)
        {
            foreach (var change in correction.Changes)
                AddNote(sheet, text["Sheet_Correction", correction.Revision].Value, format.Moment(correction.At), format.Change(change, change.Code ?? ""));
        }

        return sheet;
    }

    /// <summary>A row that has fewer cells than the table; every row of a file must have as many.</summary>
    private static void AddNote(Sheet sheet, params IReadOnlyList<object> cells) =>
        sheet.Add([.. cells, .. Enumerable.Repeat("", PharmacyBooks.Figures.Length + 2 - cells.Count)]);
}
