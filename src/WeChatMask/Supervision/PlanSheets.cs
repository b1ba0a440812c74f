using CsvHelper;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>A day's plan as a table that leaves the house and comes back: a CSV file, or what is pasted from a spreadsheet.</summary>
public sealed class PlanSheets(PlanFormatter format, IStringLocalizer<Text.Plan> text)
{
    /// <summary>Characters that a sheet may have: many times what a city needs.</summary>
    public const int Longest = 200_000;

    // Code, name and district stand before the figures in our own files.
    private const int Names = 3;

    public IResult Csv(PlanDay day)
    {
        var sheet = new Sheet($"plan-{CityFormatter.Date(day.Date)}", format.Headings(day));
        foreach (var p in day.Pharmacies) sheet.Add([p.Code, p.Name, p.District, .. p.Places.Select(n => (object)n), p.Total]);
        return sheet.Csv();
    }

    /// <summary>
    /// The rows of a sheet, cut by tabs or commas. With a heading its columns may stand in any order and windows may be left out; without
    /// one each row has the pharmacy's code or name and then a figure for each window, or the columns of our own files.
    /// </summary>
    public (IReadOnlyList<PlanRow> Rows, IReadOnlyList<PlanFault> Faults) Read(string? typed, PlanDay day)
    {
        if (typed is { Length: > Longest }) return ([], [new PlanFault(0, PlanProblem.TooLong, Longest)]);
        List<(int Line, string[] Cells)> table;
        try
        {
            table = Cells((typed ?? "").TrimStart('\uFEFF'));
        }
        catch (CsvFormatException)
        {
            return ([], [new PlanFault(0, PlanProblem.Unreadable)]);
        }

        if (table.Count == 0) return ([], [new PlanFault(0, PlanProblem.Empty)]);
        var faults = new List<PlanFault>();
        var columns = IsHeading(table[0].Cells) ? Columns(table[0].Line, table[0].Cells, day, faults) : null;
        var rows = table.Skip(columns is null ? 0 : 1).Select(r => Row(r.Line, r.Cells, columns, day.Windows.Count)).ToList();
        if (faults.Count == 0 && rows.Count == 0) faults.Add(new PlanFault(0, PlanProblem.Empty));
        return (faults.Count > 0 ? [] : rows, faults);
    }

    private static List<(int, string[])> Cells(string sheet)
    {
        var first = sheet.AsSpan().TrimStart("\r\n");
        var end = first.IndexOfAny('\r', '\n');
        var options = new CsvReaderOptions
        {
            HasHeader = false, TrackLineNumbers = true, Separator = (end < 0 ? first : first[..end]).Contains('\t') ? '\t' : ',',
            FieldCountMismatch = CsvFieldCountHandling.Allow, MalformedData = CsvMalformedDataHandling.Throw,
        };
        using var reader = CsvReader.Create(new StringReader(sheet), options);
        var table = new List<(int, string[])>();
        while (reader.Read())
        {
            var cells = new string[reader.FieldCount];
            for (var i = 0; i < cells.Length; i++) cells[i] = reader.GetString(i).Trim();
            // Spreadsheets copy cells of empty columns too.
            var used = Array.FindLastIndex(cells, c => c.Length > 0) + 1;
            if (used > 0) table.Add(((int)reader.LineNumber, cells[..used]));
        }

        return table;
    }

    private bool IsHeading(string[] cells) => cells.Any(c => c == text["Column_Code"] || c == text["Column_Name"]);

    private int?[] Columns(int line, string[] heading, PlanDay day, List<PlanFault> faults)
    {
        // By window, with the pharmacy's column first.
        var columns = new int?[day.Windows.Count + 1];
        string[] known = [text["Column_District"], text["Column_Total"]];
        for (var i = 0; i < heading.Length; i++)
        {
            if (known.Contains(heading[i], StringComparer.Ordinal) || (heading[i] == text["Column_Name"] && heading.Contains(text["Column_Code"].Value))) continue;
            var index = heading[i] == text["Column_Code"] || heading[i] == text["Column_Name"] ? 0 : WindowOf(heading[i], day);
            if (index is not { } at) faults.Add(new PlanFault(line, PlanProblem.UnknownWindow, heading[i].Length <= 40 ? heading[i] : heading[i][..40]));
            else if (columns[at] is not null) faults.Add(new PlanFault(line, PlanProblem.DoubleColumn, heading[i]));
            else columns[at] = i;
        }

        return columns;
    }

    private int? WindowOf(string heading, PlanDay day)
    {
        for (var i = 0; i < day.Windows.Count; i++)
        {
            var hours = CityFormatter.Hours(day.Windows[i].Opens, day.Windows[i].Closes);
            if (heading == format.Window(i + 1, day.Windows[i]) || heading == text["Column_WindowShort", i + 1] || heading == hours) return i + 1;
        }

        return null;
    }

    private static PlanRow Row(int line, string[] cells, int?[]? columns, int windows)
    {
        string? At(int? column) => column is { } at ? at < cells.Length ? cells[at] : "" : null;
        if (columns is not null) return new PlanRow(line, At(columns[0]) ?? "", [.. columns.Skip(1).Select(At)]);
        var skip = cells.Length >= windows + Names ? Names : 1;
        // The total at the end of our own files is no figure of a window.
        return new PlanRow(line, cells[0], [.. cells.Skip(skip).Take(skip == Names ? windows : int.MaxValue)]);
    }
}
