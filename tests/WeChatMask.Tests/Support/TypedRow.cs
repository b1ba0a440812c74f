using System.Text;
using System.Text.Json;

namespace WeChatMask.Tests.Support;

/// <summary>A row of the table of typed text: what was typed, and the value it stands for or the fault that is named.</summary>
internal sealed record TypedRow(string Id, string Kind, string Input, string? As, string? Value, string? Fault)
{
    public const string Voucher = "voucher";

    /// <summary>The day by which birth dates are judged.</summary>
    public static readonly DateOnly Today = new(2020, 2, 10);

    private const string File = "typed_text.json";

    public static IReadOnlyList<TypedRow> All { get; } = [.. VectorFile.Ids(File).Cast<object[]>().Select(row => Of((string)row[0]))];

    public static TypedRow Of(string id) => VectorFile.Case(File, id).Deserialize<TypedRow>(JsonSerializerOptions.Web)!;

    /// <summary>What the keyboard sends for a row of a voucher.</summary>
    public string TypedFor(string voucher)
    {
        var signature = voucher.LastIndexOf('.') + 1;
        var typed = new StringBuilder(Input)
            .Replace("{voucher}", voucher)
            .Replace("{forged}", string.Concat(voucher.AsSpan(0, signature), voucher[signature] == 'A' ? "B" : "A", voucher.AsSpan(signature + 1)))
            // Its last character has bits to spare, which are nought in a signature.
            .Replace("{spare}", string.Concat(voucher.AsSpan(0, voucher.Length - 4), "2222"))
            .Replace("{half}", voucher[..(voucher.Length / 2)])
            .Replace("{short}", voucher.Remove(signature + 7, 1))
            .Replace("{endless}", new string('A', 5000))
            .ToString();
        foreach (var change in (As ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)) typed = Change(typed, change);
        return typed;
    }

    private static string Change(string typed, string change) => change switch
    {
        "small" => typed.ToLowerInvariant(),
        "swapped" => string.Concat(typed.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        "wide" => string.Concat(typed.Select(c => c is > ' ' and <= '~' ? (char)(c + 0xFEE0) : c)),
        "stops" => typed.Replace('.', '\u3002').Replace('\uFF0E', '\u3002'),
        "katakana" => typed.Replace('.', '\u30FB'),
        "dots" => typed.Replace('.', '\u00B7'),
        "spaced" => string.Join(' ', typed.Chunk(4).Select(c => new string(c))),
        _ => throw new InvalidOperationException($"There is no keyboard '{change}'."),
    };
}
