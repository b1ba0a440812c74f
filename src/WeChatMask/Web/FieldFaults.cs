using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Text;

namespace WeChatMask.Web;

/// <summary>What is wrong with each typed field, as a sentence that says what to write there. No sentence for a field that can be read.</summary>
/// <remarks>Reading is pure and cheap, so that whoever has refused a form asks here for all its faults at once.</remarks>
public sealed class FieldFaults(IStringLocalizer<Faults> text)
{
    public string? Name(string? typed) => PersonName.TryParse(typed, out var fault) is not null ? null : text[$"Name_{fault}", PersonName.MostLetters].Value;

    public string? IdNumber(DocumentType document, string? typed, DateOnly today)
    {
        if (IdentityNumber.TryParse(document, typed, today, out var fault) is not null) return null;
        var length = Folding.Number(typed)?.Length ?? typed!.Length;
        if (fault == IdentityNumberFault.Form) return text[$"IdNumber_Form_{document}"];
        return length == 0 ? text["IdNumber_Empty"] : text[$"IdNumber_{fault}", length];
    }

    public string? Mobile(string? typed)
    {
        if (MobileNumber.TryParse(typed, out var fault) is not null) return null;
        var length = Folding.Number(typed) is null ? typed!.Length : MobileNumber.TypedLength(typed);
        return length == 0 ? text["Mobile_Empty"] : text[$"Mobile_{fault}", length];
    }

    public string? Consent(bool given) => given ? null : text["Consent"].Value;

    /// <summary>Of a document that the policy does not take.</summary>
    public string NotTaken => text["Document_NotTaken"];

    public string LastFour => text["LastFour"];

    /// <summary>The sentences there are, by field in their order.</summary>
    public static IReadOnlyDictionary<string, string> Of(params ReadOnlySpan<(string Field, string? Sentence)> fields)
    {
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, sentence) in fields)
        {
            if (sentence is not null) faults[field] = sentence;
        }

        return faults;
    }
}
