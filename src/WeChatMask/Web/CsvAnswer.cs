using System.Text;
using CsvHelper;

namespace WeChatMask.Web;

/// <summary>Writes CSV that spreadsheets open well and cannot be harmed by: UTF-8 with a mark, formulas made text.</summary>
public static class CsvAnswer
{
    private static readonly CsvWriterOptions Format = new()
    {
        NewLine = "\r\n",
        Injection = CsvInjection.Escape,
    };

    private static readonly CsvWriterOptions Guarded = new() { NewLine = "\r\n" };

    /// <summary>Rows as a file download; the first row is the heading.</summary>
    public static IResult Of(string fileName, IEnumerable<IReadOnlyList<string>> rows) =>
        TypedResults.File(Bytes(rows), "text/csv; charset=utf-8", fileName);

    /// <summary>Rows as bytes.</summary>
    /// <param name="rows">The first one is the heading.</param>
    /// <param name="guarded">Whether texts were made harmless already, so that a negative number stays a number.</param>
    public static byte[] Bytes(IEnumerable<IReadOnlyList<string>> rows, bool guarded = false)
    {
        using var stream = new MemoryStream();
        stream.Write(Encoding.UTF8.Preamble);
        using (var csv = CsvWriter.Create(stream, guarded ? Guarded : Format, leaveOpen: true))
        {
            foreach (var row in rows)
            {
                foreach (var cell in row) csv.WriteField(cell);
                csv.EndRecord();
            }
        }

        return stream.ToArray();
    }
}
