using System.Globalization;
using System.Text;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Sheet = WeChatMask.Web.Sheet;

namespace WeChatMask.Tests.Web;

/// <summary>Files that leave the house: they can be summed and printed, keep every digit, and survive any text.</summary>
public sealed class SheetTests
{
    [Fact]
    public void Numbers_are_numbers_and_codes_are_text()
    {
        var sheet = new Sheet("LD01-2020-02-10", ["序号", "预约号", "后四位", "数量", "金额", "差额"]);
        sheet.Add(1, "00012345678", "0012", 5, 8.00m, -5);
        sheet.Add(2, "10000000001", "012X", 5L, 0.5m, 0);

        using var document = Open(sheet);
        var rows = Rows(document);

        Assert.All(rows.Skip(1), r => Assert.Equal(["n", "s", "s", "n", "n", "n"], r.Select(Kind)));
        Assert.Equal(["1", "00012345678", "0012", "5", "8.00", "-5"], rows[1].Select(c => c.InnerText));
        // What a spreadsheet sums.
        Assert.Equal(8.5m, rows.Skip(1).Sum(r => decimal.Parse(r[4].CellValue!.Text, CultureInfo.InvariantCulture)));
        var styles = document.WorkbookPart!.WorkbookStylesPart!.Stylesheet!.CellFormats!.Elements<CellFormat>().ToList();
        Assert.Equal((2u, 49u), (styles[(int)rows[1][4].StyleIndex!.Value].NumberFormatId!.Value, styles[(int)rows[1][2].StyleIndex!.Value].NumberFormatId!.Value));
    }

    [Fact]
    public void A_workbook_can_be_read_and_printed_at_once()
    {
        var sheet = new Sheet("LD'01/二月:名单[一]很长很长很长很长很长很长很长很长", ["序号", "姓名和地址"]);
        sheet.Add(1, new string('口', 20));

        using var document = Open(sheet);

        var part = document.WorkbookPart!.WorksheetParts.Single().Worksheet!;
        var name = document.WorkbookPart.Workbook!.Sheets!.Elements<DocumentFormat.OpenXml.Spreadsheet.Sheet>().Single().Name!.Value!;
        Assert.DoesNotContain(name, c => @":\/?*[]".Contains(c, StringComparison.Ordinal));
        Assert.InRange(name.Length, 1, 31);
        var titles = document.WorkbookPart.Workbook.DefinedNames!.Elements<DefinedName>().Single();
        Assert.Equal(("_xlnm.Print_Titles", $"'{name.Replace("'", "''", StringComparison.Ordinal)}'!$1:$1"), (titles.Name!.Value, titles.Text));
        Assert.Equal(PaneStateValues.Frozen, part.Descendants<Pane>().Single().State!.Value);
        var widths = part.Descendants<Column>().Select(c => c.Width!.Value).ToList();
        Assert.True(widths is [>= 6 and < 12, > 40 and <= 48], string.Join(' ', widths));
        Assert.True(part.Descendants<PageSetupProperties>().Single().FitToPage!.Value);
    }

    [Theory]
    [InlineData("0012", "=\"0012\"")]
    [InlineData("00", "=\"00\"")]
    [InlineData("123456789012", "=\"123456789012\"")]
    [InlineData("12E5", "=\"12E5\"")]
    [InlineData("0", "0")]
    [InlineData("1200", "1200")]
    [InlineData("12345678901", "12345678901")]
    [InlineData("012X", "012X")]
    [InlineData("LD01", "LD01")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("\uFF1D1", "'\uFF1D1")]
    [InlineData("0738-5550100", "0738-5550100")]
    [InlineData("a\"b,c", "a\"b,c")]
    public void A_CSV_keeps_every_digit_in_a_spreadsheet(string text, string written)
    {
        var sheet = new Sheet("x", ["a", "b"]);
        sheet.Add(text, 12);

        var lines = Encoding.UTF8.GetString(Csv(sheet).AsSpan(3)).Split("\r\n");

        var quoted = written.AsSpan().ContainsAny("\",=") && written[0] != '\'' ? $"\"{written.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : written;
        Assert.Equal($"{quoted},12", lines[1]);
    }

    [Fact]
    public void A_sheet_survives_any_text()
    {
        var random = new Random(42);
        var odd = new[]
        {
            "\0", "a\u0007b", "\u001b[31m", "\ud83d", "\ude37x", "\U0001F637", "\uffff", "\ufffe", "_x0041_", "__x005F_x0041_", "a\r\nb", "\t", " ", "", new string('口', 40_000), new string('\ud83d', 3),
            "]]>", "<&>\"'", "\u2028", "\u202e",
        }.Concat(Enumerable.Range(0, 500).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next(0x10000))]))).ToList();
        var sheet = new Sheet("odd", ["n", "文"]);
        foreach (var text in odd) sheet.Add(1, text);

        using var document = Open(sheet);

        var rows = Rows(document);
        Assert.Equal(odd.Count + 1, rows.Count);
        Assert.All(rows, r => Assert.InRange(r[1].InnerText.Length, 0, 32_767));
        // As a reader has it, who takes _xHHHH_ for a character.
        Assert.Contains(rows, r => r[1].InnerText == "_x005F_x0041_");
        Assert.Contains(rows, r => r[1].InnerText == "a\uFFFDb");
        Assert.DoesNotContain(Encoding.UTF8.GetString(Csv(sheet)), c => char.IsControl(c) && c is not ('\r' or '\n' or '\t' or (>= '\u0080' and <= '\u009f')));
    }

    private static byte[] Csv(Sheet sheet) => Assert.IsType<FileContentHttpResult>(sheet.Csv()).FileContents.ToArray();

    private static SpreadsheetDocument Open(Sheet sheet)
    {
        var file = Assert.IsType<FileContentHttpResult>(sheet.Xlsx()).FileContents.ToArray();
        var document = SpreadsheetDocument.Open(new MemoryStream(file), isEditable: false);
        Assert.Empty(new OpenXmlValidator().Validate(document).Select(e => e.Description));
        return document;
    }

    private static List<List<Cell>> Rows(SpreadsheetDocument document) =>
        [.. document.WorkbookPart!.WorksheetParts.Single().Worksheet!.Descendants<Row>().Select(r => r.Elements<Cell>().ToList())];

    private static string Kind(Cell cell) => cell.DataType?.Value == CellValues.InlineString ? "s" : "n";
}
