using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Residents;

namespace WeChatMask.Pages.Resident;

/// <summary>How an account's own pages name the persons it looks after, so that no two look alike.</summary>
public sealed class FamilyNames(FamilyStore family, IStringLocalizer<Text.Family> text)
{
    private const int EndingLength = 4;

    /// <summary>Full names by the person's id, with the name that the account gave, and with the end of the identity number where two would be the same.</summary>
    public async Task<IReadOnlyDictionary<long, string>> OfAsync(long accountId, CancellationToken cancellationToken)
    {
        var named = (await family.OfAsync(accountId, cancellationToken)).Select(m => (Member: m, Name: Name(m))).ToList();
        var alike = named.GroupBy(n => n.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return named.ToDictionary(n => n.Member.Id, n => alike.Contains(n.Name) ? text["Alike", n.Name, n.Member.Ending].Value : n.Name);
    }

    /// <summary>A person of the page of kept data, which is read over shoulders: masked, and told apart all the same.</summary>
    public string Masked(MyPerson person) => person.Called is null ? Masking.Name(person.Name) : text["Called", person.Called, Masking.Name(person.Name)];

    /// <summary>The same where nothing else of the person stands beside it.</summary>
    public string MaskedAlone(MyPerson person) => text["Alike", Masked(person), Masking.Document(person.IdNumber)[^EndingLength..]];

    /// <summary>What is wrong with a name that the account would give; null where nothing is.</summary>
    public string? Fault(string? called) => FamilyStore.MayCall(called) ? null : text["Call_Wrong", FamilyStore.LongestCalled].Value;

    private string Name(FamilyMember member) => member.Called is null ? member.Name : text["Called", member.Called, member.Name];
}
