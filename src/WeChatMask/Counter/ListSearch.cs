using System.Globalization;
using System.Text;
using WeChatMask.Domain;

namespace WeChatMask.Counter;

/// <summary>Lines of a pharmacy's list as a clerk looks for them: by any part of what the list itself shows, by what became of them, by slot.</summary>
public sealed record ListSearch(string Query, ListState State, string? Slot)
{
    public const int LongestQuery = 40;

    private readonly string? number = NumberOf(Query);
    private readonly string name = NameOf(Query);

    public bool IsEmpty => Query.Length == 0 && State == ListState.All && Slot is null;

    public bool Finds(ListLine line) => IsOf(line) && (Slot is null || line.Slot == Slot) && Speaks(line);

    private bool IsOf(ListLine line) => State switch
    {
        ListState.Waiting => line.State == BookingStatus.Booked,
        ListState.Done => line.State == BookingStatus.Redeemed,
        _ => true,
    };

    private bool Speaks(ListLine line)
    {
        if (Query.Length == 0) return true;
        if (name.Length == 0) return false;
        if (number is null) return NameOf(line.Name).Contains(name, StringComparison.Ordinal);
        return line.Number.Contains(number, StringComparison.Ordinal) || line.IdEnding.Contains(number, StringComparison.OrdinalIgnoreCase)
            || line.MobileEnding.Contains(number, StringComparison.Ordinal) || line.Serial.ToString(CultureInfo.InvariantCulture) == number;
    }

    /// <summary>What was typed as a number, or null where it is a name. Written digits are names here: there are people called so.</summary>
    private static string? NumberOf(string typed) =>
        !typed.Any(c => char.GetUnicodeCategory(c) == UnicodeCategory.OtherLetter) && Folding.Number(typed) is { Length: > 0 } folded && folded.All(c => char.IsAsciiDigit(c) || c == 'X') ? folded : null;

    /// <summary>A name without blanks and dots, whose width and case do not matter.</summary>
    private static string NameOf(string typed)
    {
        var plain = new StringBuilder(typed.Length);
        foreach (var rune in typed.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune)) plain.Append(Rune.ToUpperInvariant(rune).ToString());
        }

        try
        {
            return plain.ToString().Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            // What no Unicode has assigned has no other spelling.
            return plain.ToString();
        }
    }
}

/// <summary>Which lines of a list are looked through.</summary>
public enum ListState
{
    All,
    Waiting,
    Done,
}
