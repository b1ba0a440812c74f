using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>What is wrong with a policy, in sentences that say what to write instead.</summary>
public sealed class PolicyFaultFormatter(IStringLocalizer<Text.Rules> text)
{
    public IReadOnlyList<MemberFault> Of(IReadOnlyList<PolicyFault> faults) => [.. faults.Select(f => new MemberFault(PathOf(f.Member), Sentence(f)))];

    public string Sentence(PolicyFault fault) => text[$"Fault_{fault.Problem}", [.. fault.Values]];

    // As JSONPath writes it.
    private static string PathOf(string member) => member.Length == 0 ? "$" : member[0] == '[' ? $"${member}" : $"$.{member}";
}
