using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>One table that leaves the house as CSV or as a workbook with the same texts, none of which a spreadsheet would run.</summary>
public sealed class Sheet(string name, IReadOnlyList<string> headings)
{
    private const string XlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private const uint BoldStyle = 1;

    private readonly List<IReadOnlyList<string>> rows = [];

    /// <summary>Adds a row: texts, whole numbers, and amounts with two places.</summary>
    public void Add(params IReadOnlyList<object> cells) => rows.Add([.. cells.Select(Text)]);

    public IResult Csv() => TypedResults.File(CsvAnswer.Bytes(rows.Prepend(headings), guarded: true), "text/csv; charset=utf-8", $"{name}.csv");

    public IResult Xlsx() => TypedResults.File(Workbook(), XlsxType, $"{name}.xlsx");

    /// <summary>Puts an apostrophe before what a spreadsheet would take for a formula.</summary>
    public static string Harmless(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20'
            ? "'" + text
            : text;

    private static string Text(object cell) => cell switch
    {
        string text => Harmless(text),
        decimal amount => CityFormatter.Amount(amount),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException("A cell is a text or a number.", nameof(cell)),
    };

    private byte[] Workbook()
    {
        using var stream = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook))
        {
            var book = document.AddWorkbookPart();
            book.AddNewPart<WorkbookStylesPart>().Stylesheet = Styles();
            var sheet = book.AddNewPart<WorksheetPart>();
            WriteSheet(sheet);
            book.Workbook = new Workbook(new Sheets(new DocumentFormat.OpenXml.Spreadsheet.Sheet
            {
                Name = name.Length > 31 ? name[..31] : name, SheetId = 1, Id = book.GetIdOfPart(sheet),
            }));
        }

        return stream.ToArray();
    }

    // Written element by element: a tree of thousands of rows would cost ten times the memory.
    private void WriteSheet(WorksheetPart part)
    {
        using var writer = OpenXmlWriter.Create(part);
        writer.WriteStartElement(new Worksheet());
        writer.WriteElement(new SheetViews(new SheetView(
            new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen })
        {
            WorkbookViewId = 0,
        }));
        writer.WriteStartElement(new SheetData());
        WriteRow(writer, headings, BoldStyle);
        foreach (var row in rows) WriteRow(writer, row, 0);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void WriteRow(OpenXmlWriter writer, IReadOnlyList<string> cells, uint style)
    {
        writer.WriteStartElement(new Row());
        foreach (var cell in cells)
        {
            writer.WriteElement(new Cell(new InlineString(new DocumentFormat.OpenXml.Spreadsheet.Text(cell) { Space = SpaceProcessingModeValues.Preserve }))
            {
                DataType = CellValues.InlineString, StyleIndex = style,
            });
        }

        writer.WriteEndElement();
    }

    private static Stylesheet Styles() => new(
        new Fonts(new Font(), new Font(new Bold())),
        new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 })),
        new Borders(new Border()),
        new CellStyleFormats(new CellFormat()),
        new CellFormats(new CellFormat(), new CellFormat { FontId = 1, ApplyFont = true }));
}
