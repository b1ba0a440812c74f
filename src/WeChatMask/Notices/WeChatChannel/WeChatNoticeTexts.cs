using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Notices;

/// <summary>Makes the bodies of notices that leave by WeChat: fills the fields of a template, each within the platform's length.</summary>
public sealed class WeChatNoticeTexts(IStringLocalizer<Text.OfficialAccount> text, SiteLinks links, CityCalendar calendar)
{
    internal static IReadOnlyList<string> Places { get; } =
        ["pharmacy", "address", "number", "serial", "pickup", "day", "goods", "units", "amount", "from", "hint"];

    // Both are sent when the round's lists are out, and with them its code in the public log.
    private static readonly string[] PlacesOnceListed = [.. Places, "record"];

    // Who did not book is told that they may, and nothing of what was booked.
    private static readonly string[] PlacesForOthers = ["day", "goods", "hint"];

    private static readonly string[] PlacesOfCases = ["number", "day", "hint"];

    /// <summary>What a template of a kind may show.</summary>
    internal static IReadOnlyList<string> PlacesOf(NoticeKind kind) => kind switch
    {
        NoticeKind.NumberFree => PlacesForOthers,
        NoticeKind.CaseClosed => PlacesOfCases,
        NoticeKind.SlotAssigned or NoticeKind.Reminder => PlacesOnceListed,
        _ => Places,
    };

    public object Body(LeasedNotice notice, NoticeTemplate template, Policy policy)
    {
        var values = Values(notice, policy);
        var data = template.Fields.ToDictionary(f => f.Key, f => new TemplateValue(TemplateFields.Fit(f.Key, Fill(f.Value, values))), StringComparer.Ordinal);
        var page = links.To(PageOf(notice));
        return template.Way == TemplateWay.Subscription
            ? new { touser = notice.OpenId, template_id = template.Id, page, data }
            // The same id to the same person is sent once within ten minutes, so this can be repeated.
            : new { touser = notice.OpenId, template_id = template.Id, url = page, client_msg_id = FormattableString.Invariant($"n{notice.Id}"), data };
    }

    private static string PageOf(LeasedNotice n) => n.Kind switch
    {
        NoticeKind.HandedOver => "/not-mine#collected",
        NoticeKind.NumberFree => "/book",
        NoticeKind.BookableDayMoved => "/residents",
        NoticeKind.CaseClosed => $"/complaints/{n.CaseNumber}",
        _ => n.AccountId is null ? $"/bookings/{n.Number}" : "/not-mine#collected",
    };

    private Dictionary<string, string> Values(LeasedNotice n, Policy policy)
    {
        var values = n.Kind switch
        {
            NoticeKind.NumberFree => new(StringComparer.Ordinal),
            NoticeKind.CaseClosed => new(StringComparer.Ordinal) { ["number"] = n.CaseNumber },
            _ => OfBooking(n, policy),
        };
        values["day"] = Day(n.Kind is NoticeKind.NumberFree or NoticeKind.CaseClosed ? calendar.Today : n.PickupDate);
        values["goods"] = policy.Goods.Name;
        values["hint"] = Hint(n, policy);
        return values;
    }

    private Dictionary<string, string> OfBooking(LeasedNotice n, Policy policy)
    {
        var units = n.HandedOverUnits ?? n.Units;
        return new(StringComparer.Ordinal)
        {
            ["pharmacy"] = n.PharmacyName,
            ["address"] = n.PharmacyAddress,
            // The number is the booker's: with it others could show it at the counter.
            ["number"] = n.AccountId is null ? n.Number : "-",
            ["serial"] = n.Serial.ToString(CultureInfo.InvariantCulture),
            ["record"] = n.Record ?? "-",
            ["pickup"] = n.HandedOverAt is { } at ? Time(at) : Span(n.SlotStartsAt ?? n.PickupOpensAt, n.SlotEndsAt ?? n.PickupClosesAt),
            ["from"] = n.BookableFrom is { } from ? Day(from) : "",
            ["units"] = text["Units", units, policy.Goods.Unit],
            ["amount"] = text["Amount", CityFormatter.Amount(units, n.UnitPriceFen)],
        };
    }

    private string Hint(LeasedNotice n, Policy policy) =>
        text[$"Hint_{n.Kind}{(policy.Identification == CounterIdentification.Voucher ? "_Voucher" : "")}"] is { ResourceNotFound: false } own
            ? own.Value
            : n.Kind == NoticeKind.PickupExtended ? text["Hint_PickupExtended", CityFormatter.Time(TimeOnly.FromDateTime(calendar.Local(n.PickupClosesAt).DateTime))]
            : text[$"Hint_{n.Kind}"];

    private string Day(DateOnly day) => text["Day", day.Year, day.Month, day.Day];

    // The platform takes a span as two whole times with a tilde in between.
    private string Span(DateTimeOffset from, DateTimeOffset to) => $"{Time(from)}~{Time(to)}";

    private string Time(DateTimeOffset instant)
    {
        var local = calendar.Local(instant);
        return text["Time", local.Year, local.Month, local.Day, CityFormatter.Time(TimeOnly.FromDateTime(local.DateTime))];
    }

    private static string Fill(string pattern, Dictionary<string, string> values) =>
        values.Aggregate(pattern, (filled, value) => filled.Replace($"{{{value.Key}}}", value.Value, StringComparison.Ordinal));

    private sealed record TemplateValue([property: System.Text.Json.Serialization.JsonPropertyName("value")] string Value);
}
