using System.Text.RegularExpressions;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace WeChatMask.Web;

/// <summary>Writes a table as a workbook that can be read, summed and printed: numbers are numbers, codes are text, the head stays in sight and stands on every page.</summary>
internal static partial class SheetWorkbook
{
    private const uint HeadStyle = 1;
    private const uint TextStyle = 2;
    private const uint AmountStyle = 3;
    private const uint AsText = 49;
    private const uint WithTwoPlaces = 2;
    private const uint A4 = 9;
    private const int LongestName = 31;
    private const int LongestText = 32_767;
    private const double LeastWidth = 6;
    private const double MostWidth = 48;

    public static byte[] Of(string name, IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<SheetCell>> rows)
    {
        using var stream = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook))
        {
            var book = document.AddWorkbookPart();
            book.AddNewPart<WorkbookStylesPart>().Stylesheet = Styles();
            var sheet = book.AddNewPart<WorksheetPart>();
            WriteSheet(sheet, headings, rows);
            var title = NameOf(name);
            book.Workbook = new Workbook(
                new Sheets(new DocumentFormat.OpenXml.Spreadsheet.Sheet { Name = title, SheetId = 1, Id = book.GetIdOfPart(sheet) }),
                new DefinedNames(new DefinedName($"'{title.Replace("'", "''", StringComparison.Ordinal)}'!$1:$1") { Name = "_xlnm.Print_Titles", LocalSheetId = 0 }));
        }

        return stream.ToArray();
    }

    // What Excel refuses in a name makes it call the whole file damaged.
    private static string NameOf(string name)
    {
        var shown = NotInNames().Replace(name, "-");
        return shown.Length > LongestName ? shown[..LongestName] : shown.Length == 0 ? "1" : shown;
    }

    // Written element by element: a tree of thousands of rows would cost ten times the memory.
    private static void WriteSheet(WorksheetPart part, IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<SheetCell>> rows)
    {
        using var writer = OpenXmlWriter.Create(part);
        writer.WriteStartElement(new Worksheet());
        writer.WriteElement(new SheetProperties(new PageSetupProperties { FitToPage = true }));
        writer.WriteElement(new SheetViews(new SheetView(
            new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen })
        {
            WorkbookViewId = 0,
        }));
        if (headings.Count > 0) writer.WriteElement(new Columns(headings.Select((h, i) => WidthOf(i, rows.Select(r => r.ElementAtOrDefault(i).Text ?? "").Prepend(h)))));
        writer.WriteStartElement(new SheetData());
        WriteRow(writer, [.. headings.Select(h => new SheetCell(h, SheetCellKind.Text))], HeadStyle);
        foreach (var row in rows) WriteRow(writer, row, TextStyle);
        writer.WriteEndElement();
        writer.WriteElement(new PageSetup { PaperSize = A4, Orientation = headings.Count > 6 ? OrientationValues.Landscape : OrientationValues.Portrait, FitToWidth = 1, FitToHeight = 0 });
        writer.WriteEndElement();
    }

    private static void WriteRow(OpenXmlWriter writer, IReadOnlyList<SheetCell> cells, uint textStyle)
    {
        writer.WriteStartElement(new Row());
        foreach (var cell in cells)
        {
            writer.WriteElement(cell.IsNumber
                ? new Cell(new CellValue(cell.Text)) { DataType = CellValues.Number, StyleIndex = cell.Kind == SheetCellKind.Amount ? AmountStyle : 0 }
                : new Cell(new InlineString(new DocumentFormat.OpenXml.Spreadsheet.Text(Written(cell.Text)) { Space = SpaceProcessingModeValues.Preserve }))
                {
                    DataType = CellValues.InlineString, StyleIndex = textStyle,
                });
        }

        writer.WriteEndElement();
    }

    // No cell holds more; and what looks like the format's own escape is escaped, or it would be read as another character.
    private static string Written(string text)
    {
        var whole = Escapes().Replace(text, "_x005F_");
        if (whole.Length <= LongestText) return whole;
        var end = LongestText - 1;
        return whole[..(char.IsHighSurrogate(whole[end - 1]) ? end - 1 : end)] + "\u2026";
    }

    // Of Excel's own unit, about a digit; a Chinese character takes two.
    private static Column WidthOf(int index, IEnumerable<string> texts)
    {
        var widest = texts.Max(t => t.Take(60).Sum(c => c < 0x2E80 ? 1.0 : 2.0));
        return new Column { Min = (uint)index + 1, Max = (uint)index + 1, Width = Math.Clamp(widest + 2, LeastWidth, MostWidth), CustomWidth = true };
    }

    private static Stylesheet Styles() => new(
        new Fonts(new Font(), new Font(new Bold())),
        new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 })),
        new Borders(new Border()),
        new CellStyleFormats(new CellFormat()),
        new CellFormats(
            new CellFormat(), new CellFormat { FontId = 1, ApplyFont = true }, new CellFormat { NumberFormatId = AsText, ApplyNumberFormat = true },
            new CellFormat { NumberFormatId = WithTwoPlaces, ApplyNumberFormat = true }));

    [GeneratedRegex("_(?=x[0-9A-Fa-f]{4}_)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Escapes();

    [GeneratedRegex(@"[:\\/?*\[\]\x00-\x1F]|^'|'$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NotInNames();
}
