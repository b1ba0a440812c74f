using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Pages;

/// <summary>What changes from one version of the rules to another, as people read it.</summary>
public sealed class PolicyChangeFormatter(IStringLocalizer<Text.Rules> text, PageFormatter format)
{
    // Price, units, goods and days between two bookings.
    private const int SummaryLines = 4;

    /// <summary>The rules that differ, in the order they matter.</summary>
    public IReadOnlyList<PolicyChangeLine> Of(Policy before, Policy after) =>
        [.. Lines(before).Zip(Lines(after)).Where(p => p.First.Value != p.Second.Value).Select(p => new PolicyChangeLine(text[p.First.Name], p.First.Value, p.Second.Value))];

    /// <summary>A version in a line: what people ask for first.</summary>
    public string Summary(Policy policy) => string.Join(text["Semicolon"], Lines(policy).Take(SummaryLines).Select(l => $"{text[l.Name]} {l.Value}"));

    /// <summary>Whether the days between two bookings differ, which touches earlier bookers too.</summary>
    public static bool TouchesCooldown(Policy before, Policy after) => before.CooldownDays != after.CooldownDays;

    private IEnumerable<(string Name, string Value)> Lines(Policy p) =>
    [
        ("C_Price", text["C_Price_Value", CityFormatter.Amount(Money.Yuan(p.UnitPriceFen))]),
        ("C_Units", FormattableString.Invariant($"{p.UnitsPerBooking}{p.Goods.Unit}")),
        ("C_Goods", p.Goods.Name),
        ("C_Cooldown", text["C_Days", p.CooldownDays]),
        ("C_Lapse", YesNo(p.LapseKeepsCooldown)),
        ("C_CancelLift", YesNo(p.CancellationLiftsCooldown)),
        ("C_Windows", string.Join(text["Separator"], p.Windows.Select(w => format.Span(w.Opens, w.Closes)))),
        ("C_Quotas", string.Join(text["Semicolon"], p.Quotas.OrderBy(q => q.Key, StringComparer.Ordinal).Select(Quota))),
        ("C_Pickup", Pickup(p)),
        ("C_Cancel", CityFormatter.Time(p.CancelUntil)),
        ("C_Proxy", text["C_People", p.ProxyCap]),
        ("C_Residents", text["C_People", p.ResidentsPerAccount]),
        ("C_Eligibility", text[$"Eligibility_{p.Eligibility}"]),
        ("C_Notice", text[$"ResidentNotice_{p.ResidentNotice}"]),
        ("C_Identification", text[$"Identification_{p.Identification}"]),
        ("C_Complaints", string.Join(text["Separator"], p.Complaints)),
        ("C_Retention", text["C_Days", p.RetentionDays]),
        ("C_StockMargin", FormattableString.Invariant($"{p.StockMarginPercent}%")),
        ("C_HandOverSms", YesNo(p.HandOverSms)),
        ("C_RegistryKeep", text["C_Days", EligibilityRules.Rules(p).KeepDays]),
        ("C_RegistryOutage", text[$"RegistryOutage_{EligibilityRules.Rules(p).Outage}"]),
        ("C_OtherDocuments", YesNo(p.OtherDocuments)),
        ("C_Picture", p.Goods.PictureUrl ?? text["C_None"]),
    ];

    private string Quota(KeyValuePair<string, IReadOnlyList<int>> quota) => text[
        "C_Quota",
        quota.Key == Policy.DefaultGroup ? text["C_Quota_All"].Value : text["C_Quota_Group", quota.Key].Value,
        string.Join('+', quota.Value.Select(n => n.ToString(CultureInfo.InvariantCulture)))];

    private string Pickup(Policy p)
    {
        var span = format.Span(p.Pickup.Opens, p.Pickup.Closes);
        return p.Pickup.SlotMinutes > 0 ? text["C_Pickup_Slots", span, p.Pickup.SlotMinutes] : span;
    }

    private string YesNo(bool yes) => text[yes ? "Yes" : "No"];
}

/// <summary>One rule that changes.</summary>
public sealed record PolicyChangeLine(string Title, string Before, string After);
