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
        var words = query.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return pharmacies.Where(p => words.All(w => Speaks(p, w)));
    }

    private static bool Speaks(PharmacyFigures p, string word) =>
        p.Name.Contains(word, StringComparison.OrdinalIgnoreCase) || p.Address.Contains(word, StringComparison.OrdinalIgnoreCase)
        || p.District.Contains(word, StringComparison.OrdinalIgnoreCase) || p.Code.Equals(word, StringComparison.OrdinalIgnoreCase);
}
