using WeChatMask.Counter;
using WeChatMask.OpenData;
using WeChatMask.Rounds;

namespace WeChatMask.Pages;

/// <summary>Pharmacies as somebody looks for them: by words that each stand in the name, address or district, or are the code.</summary>
public static class PharmacySearch
{
    public const int LongestQuery = 40;

    /// <summary>What was typed, without what is too long to be looked for.</summary>
    public static string Query(string? typed)
    {
        var query = typed?.Trim() ?? "";
        return query.Length <= LongestQuery ? query : query[..LongestQuery];
    }

    public static IEnumerable<PharmacyFigures> In(IEnumerable<PharmacyFigures> pharmacies, string query)
    {
        var words = Words(query);
        return pharmacies.Where(p => words.All(w => Speaks(w, p.Code, p.Name, p.Address, p.District)));
    }

    public static IEnumerable<PharmacyPickups> In(IEnumerable<PharmacyPickups> pharmacies, string query)
    {
        var words = Words(query);
        return pharmacies.Where(p => words.All(w => Speaks(w, p.Code, p.Name, p.Address, p.District)));
    }

    public static IEnumerable<DirectoryLine> In(IEnumerable<DirectoryLine> pharmacies, string query)
    {
        var words = Words(query);
        return pharmacies.Where(p => words.All(w => Speaks(w, p.Code, p.Name, p.Address, p.District)));
    }

    private static string[] Words(string query) => query.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool Speaks(string word, string code, string name, string address, string district) =>
        name.Contains(word, StringComparison.OrdinalIgnoreCase) || address.Contains(word, StringComparison.OrdinalIgnoreCase)
        || district.Contains(word, StringComparison.OrdinalIgnoreCase) || code.Equals(word, StringComparison.OrdinalIgnoreCase);
}
