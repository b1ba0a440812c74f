using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Text;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>
/// A line of the audit as people read it. What is kept never changes, so its words are found when it is read; what another version
/// wrote, and what somebody typed, stands as it is.
/// </summary>
public sealed partial class AuditWords(IStringLocalizer<AuditLines> text, IStringLocalizer<Accounts> accounts, RefusalResults refusals)
{
    private const string AccountPrefix = "account:";

    // Which shapes an action's detail has, and the sentence that takes the groups of each in their order.
    private static readonly FrozenDictionary<string, (Regex Shape, string Key)[]> Shapes = new Dictionary<string, (Regex, string)[]>(StringComparer.Ordinal)
    {
        ["audit.export"] = [(Export(), "Detail_Export")],
        ["list.read"] = [(Word(), "Detail_Word")],
        ["booking.find"] = [(Found(), "Detail_Found")],
        ["holder.find"] = [(Found(), "Detail_Found")],
        ["booking.annul"] = [(Word(), "Detail_Word")],
        ["holder.cancel"] = [(Word(), "Detail_Word")],
        ["eligibility.unanswered"] = [(Unanswered(), "Detail_Unanswered")],
        ["redemption.check"] = [(Word(), "Detail_Word"), (ByCard(), "Detail_ByCard")],
        ["redemption.card"] = [(Word(), "Detail_Word"), (ByCard(), "Detail_ByCard")],
        ["redemption.make"] = [(Word(), "Detail_Word"), (ByCard(), "Detail_ByCard")],
        ["redemption.settle"] = [(Word(), "Detail_Word"), (OnePlaceShort(), "Detail_OnePlaceShort")],
        ["delivery.record"] = [(Units(), "Detail_Units"), (UnitsForReason(), "Detail_UnitsForReason")],
        ["stock.lose"] = [(Units(), "Detail_Units"), (UnitsForReason(), "Detail_UnitsForReason")],
        ["stock.hold"] = [(Units(), "Detail_Units"), (UnitsForReason(), "Detail_UnitsForReason")],
        ["stock.agree"] = [(Units(), "Detail_Units"), (UnitsForReason(), "Detail_UnitsForReason")],
        ["stock.decline"] = [(Units(), "Detail_Units"), (UnitsForReason(), "Detail_UnitsForReason")],
        ["stock.short"] = [(Units(), "Detail_StillToCome")],
        ["shelf.count"] = [(Count(), "Detail_Count")],
        ["round.postpone"] = [(Moved(), "Detail_Moved"), (Touched(), "Detail_Touched")],
        ["round.pause"] = [(Touched(), "Detail_Touched")],
        ["round.reopen"] = [(Touched(), "Detail_Touched")],
        ["round.annul"] = [(Touched(), "Detail_Touched")],
        ["round.close"] = [(Moved(), "Detail_Moved"), (Touched(), "Detail_Touched")],
        ["pickup.extend"] = [(Moved(), "Detail_Moved"), (Touched(), "Detail_Touched")],
        ["pickup.move"] = [(Moved(), "Detail_Moved"), (Touched(), "Detail_Touched")],
        ["pharmacy.withdraw"] = [(Touched(), "Detail_Touched")],
        ["pharmacy.add"] = [(Day(), "Detail_Joins")],
        ["pharmacies.list"] = [(Pharmacies(), "Detail_Pharmacies")],
        ["plan.change"] = [(Plan(), "Detail_Plan")],
        ["policy.add"] = [(Policy(), "Detail_Policy")],
        ["flag.reopen"] = [(Grown(), "Detail_Grown")],
        ["staff.invited"] = [(Word(), "Detail_Word")],
        ["staff.moved"] = [(Place(), "Detail_Place")],
        ["staff.role_changed"] = [(Place(), "Detail_Place")],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What was done; an action of another version by its name.</summary>
    public string ActionOf(AuditLine line) => text[$"Action_{line.Action}"] is { ResourceNotFound: false } known ? known.Value : line.Action;

    /// <summary>Who did it.</summary>
    public string ActorOf(AuditLine line) => line.Actor switch
    {
        AuditStore.Nobody => text["Nobody"],
        _ when line.Actor == AccountActor.Operator.Name => text["Operator"],
        _ => AccountOf(line.Actor),
    };

    /// <summary>To whom or to what; empty where that is nobody, or who did it.</summary>
    public string SubjectOf(AuditLine line) => line.Subject == AuditStore.Nobody || line.Subject == line.Actor ? "" : AccountOf(line.Subject);

    /// <summary>What else is known of it; empty where nothing is.</summary>
    public string DetailOf(AuditLine line)
    {
        if (line.Detail is not { Length: > 0 } detail || !Shapes.TryGetValue(line.Action, out var shapes)) return line.Detail ?? "";
        foreach (var (shape, key) in shapes)
        {
            if (shape.Match(detail) is { Success: true } match)
                return text[key, [.. match.Groups.Values.Skip(1).Select(g => g.Name.StartsWith("name", StringComparison.Ordinal) ? NameOf(g.Value) : g.Value)]];
        }

        return detail;
    }

    private string AccountOf(string name) => name.StartsWith(AccountPrefix, StringComparison.Ordinal) ? text["Account", name[AccountPrefix.Length..]] : name;

    // Verdicts, conflicts and forms have words of their own here; roles and refusals have theirs elsewhere.
    private string NameOf(string name) => text[$"Name_{name}"] is { ResourceNotFound: false } own ? own.Value
        : accounts[$"Role_{name}"] is { ResourceNotFound: false } role ? role.Value
        : Enum.GetNames<Refusal>().Contains(name, StringComparer.Ordinal) ? refusals.Sentence(Enum.Parse<Refusal>(name)) : name;

    [GeneratedRegex(@"^(?<name>\w+), (?<lines>\d+) lines(, one actor)?(, one subject)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Export();

    [GeneratedRegex(@"^(?<name>\w+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();

    [GeneratedRegex(@"^(?<name>\w+), by card$", RegexOptions.ExplicitCapture)]
    private static partial Regex ByCard();

    [GeneratedRegex(@"^(?<name>\w+), one place short in (?<day>[\d-]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex OnePlaceShort();

    [GeneratedRegex(@"^(?<count>\d+) found$", RegexOptions.ExplicitCapture)]
    private static partial Regex Found();

    [GeneratedRegex(@"^(?<count>\d+) bookings stand without the registry's word$", RegexOptions.ExplicitCapture)]
    private static partial Regex Unanswered();

    [GeneratedRegex(@"^(?<count>\d+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Units();

    [GeneratedRegex(@"^(?<count>\d+):? (?<reason>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex UnitsForReason();

    [GeneratedRegex(@"^(?<expected>\d+) -> (?<counted>\d+): (?<reason>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Count();

    [GeneratedRegex(@"^(?<from>[\d-]+ [\d:]+) -> (?<to>[\d-]+ [\d:]+), (?<count>\d+) bookings: (?<reason>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Moved();

    [GeneratedRegex(@"^(?<count>\d+) bookings: (?<reason>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Touched();

    [GeneratedRegex(@"^(?<day>\d{4}-\d\d-\d\d)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Day();

    [GeneratedRegex(@"^(?<count>\d+) pharmacies$", RegexOptions.ExplicitCapture)]
    private static partial Regex Pharmacies();

    [GeneratedRegex(@"^(?<count>\d+) pharmacies, (?<before>\d+) -> (?<after>\d+) places: (?<reason>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Plan();

    [GeneratedRegex(@"^(?<id>\d+) after \d*; sooner (?<sooner>\d+), later (?<later>\d+), rounds (?<rounds>\d+): (?<reason>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Policy();

    [GeneratedRegex(@"^(?<before>\d+) -> (?<after>\d+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Grown();

    [GeneratedRegex(@"^(?<nameBefore>\w+) ?(?<before>[^ >]*) > (?<nameAfter>\w+) ?(?<after>[^ >]*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
