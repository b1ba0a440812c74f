using System.Globalization;
using System.Text.RegularExpressions;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>One table that leaves the house as CSV or as a workbook with the same cells, none of which a spreadsheet would run.</summary>
public sealed partial class Sheet(string name, IReadOnlyList<string> headings)
{
    private const string XlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private readonly List<IReadOnlyList<SheetCell>> rows = [];

    /// <summary>Adds a row: texts, whole numbers, and amounts with two places.</summary>
    public void Add(params IReadOnlyList<object> cells) => rows.Add([.. cells.Select(Cell)]);

    /// <summary>For people who open it by a double click: what a spreadsheet would take for a number and change is written so that it does not.</summary>
    public IResult Csv() => TypedResults.File(
        CsvAnswer.Bytes(rows.Select(r => (IReadOnlyList<string>)[.. r.Select(c => c.IsNumber ? c.Text : Unchanged(c.Text))]).Prepend(headings), guarded: true), "text/csv; charset=utf-8", $"{name}.csv");

    public IResult Xlsx() => TypedResults.File(SheetWorkbook.Of(name, headings, rows), XlsxType, $"{name}.xlsx");

    /// <summary>Puts an apostrophe before what a spreadsheet would take for a formula.</summary>
    public static string Harmless(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20'
            ? "'" + text
            : text;

    /// <summary>
    /// A text of digits as a formula of itself, where a spreadsheet that opens the CSV would drop zeros, round, or write it with an
    /// exponent. It holds digits only, and stands only in files for people; programs have the open data and the API.
    /// </summary>
    internal static string Unchanged(string text) => TakenForAnother().IsMatch(text) ? $"=\"{text}\"" : text;

    private static SheetCell Cell(object cell) => cell switch
    {
        string text => new SheetCell(Shown(Harmless(text)), SheetCellKind.Text),
        decimal amount => new SheetCell(CityFormatter.Amount(amount), SheetCellKind.Amount),
        IFormattable number => new SheetCell(number.ToString(null, CultureInfo.InvariantCulture), SheetCellKind.Whole),
        _ => throw new ArgumentException("A cell is a text or a number.", nameof(cell)),
    };

    // Rows that are older than the rule that none may enter hold what no file can; the sign for it stands there instead.
    private static string Shown(string text) => Unshown().Replace(text, "\uFFFD");

    [GeneratedRegex("^(?:0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TakenForAnother();

    [GeneratedRegex(@"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Unshown();
}

/// <summary>One cell as it is written.</summary>
internal readonly record struct SheetCell(string Text, SheetCellKind Kind)
{
    public bool IsNumber => Kind != SheetCellKind.Text;
}

internal enum SheetCellKind
{
    Text,
    Whole,
    Amount,
}
