using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>Plans in words: what is wrong with one, what changes, and what the public is told.</summary>
public sealed class PlanFormatter(IStringLocalizer<Text.Plan> text)
{
    private const int LinesTold = 10;
    private static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-CN");

    public string Sentence(PlanFault fault) => fault.Line > 0 ? text["Fault_Line", fault.Line, text[$"Fault_{fault.Problem}", [.. fault.Values]].Value] : text[$"Fault_{fault.Problem}", [.. fault.Values]];

    public IReadOnlyList<MemberFault> Of(IReadOnlyList<PlanFault> faults) =>
        [.. faults.Select(f => new MemberFault(f.Line > 0 ? FormattableString.Invariant($"$.pharmacies[{f.Line - 1}]") : "$", Sentence(f)))];

    /// <summary>What a pharmacy had and has.</summary>
    public string Line(PlanNoticeLine line) => text["Line", line.Code, line.Name, Figures(line.Before), Figures(line.After)];

    /// <summary>What the public reads of a change, in one sentence.</summary>
    public string Sentence(DateOnly date, PlanNoticeDetail detail, string? reason) => text[
        "Public", date.ToString(text["Format_Day"], Chinese), detail.Pharmacies.Count, detail.Before, detail.After, reason is { Length: > 0 } given ? given : text["Reason_Placeholder"].Value];

    /// <summary>The first lines that go with it, and how many more there are.</summary>
    public (IReadOnlyList<string> Lines, int Beyond) Lines(PlanNoticeDetail detail) =>
        ([.. detail.Pharmacies.Take(LinesTold).Select(Line)], Math.Max(0, detail.Pharmacies.Count - LinesTold));

    public string Sentence(PlanNotice notice) => Sentence(notice.RoundDate, DetailOf(notice), notice.Reason);

    public static PlanNoticeDetail DetailOf(PlanNotice notice) =>
        JsonSerializer.Deserialize<PlanNoticeDetail>(notice.Detail, JsonSerializerOptions.Web) ?? new PlanNoticeDetail(0, 0, []);

    /// <summary>What an effect will be told as.</summary>
    public static PlanNoticeDetail DetailOf(PlanEffect effect) => new(
        effect.Day.Total, effect.TotalAfter, [.. effect.Changes.Select(c => new PlanNoticeLine(c.Pharmacy.Code, c.Pharmacy.Name, c.Pharmacy.Places, c.After))]);

    /// <summary>The heading of a window's column.</summary>
    public string Window(int index, WindowHours hours) => text["Column_Window", index, CityFormatter.Hours(hours.Opens, hours.Closes)];

    /// <summary>The headings of a plan's file, in their order.</summary>
    public IReadOnlyList<string> Headings(PlanDay day) => [text["Column_Code"], text["Column_Name"], text["Column_District"], .. day.Windows.Select((w, i) => Window(i + 1, w)), text["Column_Total"]];

    private static string Figures(IReadOnlyList<int> places) => string.Join('+', places.Select(p => p.ToString(CultureInfo.InvariantCulture)));
}
