using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Pages;

/// <summary>The city's rules as sentences, made from the policy that is in force, so that they cannot say anything else.</summary>
public sealed class PolicyFormatter(IStringLocalizer<Text.Pages> text, PageFormatter format)
{
    /// <summary>All rules a resident should know, in the order they matter.</summary>
    public IReadOnlyList<RuleLine> Of(Policy policy, DateOnly today, PolicyTimeline rules) =>
    [
        new(text["Rule_When_Title"], When(policy)),
        new(text["Rule_Limit_Title"], text["Rule_Limit", policy.UnitsPerBooking, policy.Goods.Unit, policy.Goods.Name, Price(policy), Total(policy)]),
        new(text["Rule_Cooldown_Title"], Cooldown(policy, today, rules)),
        new(text["Rule_Pickup_Title"], Pickup(policy)),
        new(text["Rule_Bring_Title"], Bring(policy)),
        new(text["Rule_Proxy_Title"], Proxy(policy)),
        new(text["Rule_Cancel_Title"], Cancel(policy)),
        new(text["Rule_Fair_Title"], text["Rule_Fair"]),
    ];

    public string When(Policy policy)
    {
        var whole = format.Span(policy.Windows[0].Opens, policy.Windows[^1].Closes);
        return policy.Windows.Count == 1
            ? text["Rule_When", whole]
            : text["Rule_WhenMany", whole, policy.Windows.Count, string.Join(text["List_Comma"], policy.Windows.Select(w => CityFormatter.Time(w.Opens)))];
    }

    /// <summary>Until when one cannot book again, with today's booking as the example: its day is counted by the rules that hold then.</summary>
    public string Cooldown(Policy policy, DateOnly today, PolicyTimeline rules)
    {
        var example = BookingRules.BookableFrom(today, today, policy.CooldownDays, rules) is { } again ? text["Rule_CooldownExample", format.Day(today), format.Day(again)].Value : "";
        var lapse = policy.LapseKeepsCooldown ? text["Rule_CooldownLapse"].Value : "";
        var cancelled = policy.CancellationLiftsCooldown ? text["Rule_CooldownCancel"].Value : "";
        return text["Rule_Cooldown", policy.CooldownDays] + example + lapse + cancelled;
    }

    public string Pickup(Policy policy) =>
        text["Rule_Pickup", format.Span(policy.Pickup.Opens, policy.Pickup.Closes)]
        + text[policy.Pickup.SlotMinutes > 0 ? "Rule_PickupSlots" : "Rule_PickupAnyTime"];

    public string Bring(Policy policy) => text[$"Rule_Bring_{policy.Identification}"] + (policy.OtherDocuments ? text["Rule_Documents"].Value : "");

    public string Proxy(Policy policy) => policy.ProxyCap == 0 ? text["Rule_ProxyNone"] : text["Rule_Proxy", policy.ProxyCap];

    /// <summary>Until when a booking may be given back.</summary>
    public string Cancel(Policy policy) => text["Rule_Cancel", CityFormatter.Time(policy.CancelUntil)];

    public static string Price(Policy policy) => CityFormatter.Amount(Money.Yuan(policy.UnitPriceFen));

    public static string Total(Policy policy) => CityFormatter.Amount(policy.UnitsPerBooking, policy.UnitPriceFen);
}

/// <summary>One rule in plain words.</summary>
public sealed record RuleLine(string Title, string Text);
