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

    public object Body(LeasedNotice notice, NoticeTemplate template, Policy policy)
    {
        var values = Values(notice, policy);
        var data = template.Fields.ToDictionary(f => f.Key, f => new TemplateValue(TemplateFields.Fit(f.Key, Fill(f.Value, values))), StringComparer.Ordinal);
        var page = links.To(notice.Kind == NoticeKind.BookableDayMoved ? "/residents" : $"/bookings/{notice.Number}");
        return template.Way == TemplateWay.Subscription
            ? new { touser = notice.OpenId, template_id = template.Id, page, data }
            // The same id to the same person is sent once within ten minutes, so this can be repeated.
            : new { touser = notice.OpenId, template_id = template.Id, url = page, client_msg_id = FormattableString.Invariant($"n{notice.Id}"), data };
    }

    private Dictionary<string, string> Values(LeasedNotice n, Policy policy) => new(StringComparer.Ordinal)
    {
        ["pharmacy"] = n.PharmacyName,
        ["address"] = n.PharmacyAddress,
        ["number"] = n.Number,
        ["serial"] = n.Serial.ToString(CultureInfo.InvariantCulture),
        ["pickup"] = Span(n.SlotStartsAt ?? n.PickupOpensAt, n.SlotEndsAt ?? n.PickupClosesAt),
        ["day"] = Day(n.PickupDate),
        ["from"] = n.BookableFrom is { } from ? Day(from) : "",
        ["goods"] = policy.Goods.Name,
        ["units"] = text["Units", n.Units, policy.Goods.Unit],
        ["amount"] = text["Amount", CityFormatter.Amount(n.Units, n.UnitPriceFen)],
        ["hint"] = text[$"Hint_{n.Kind}{(policy.Identification == CounterIdentification.Voucher ? "_Voucher" : "")}"] is { ResourceNotFound: false } own
            ? own.Value
            : text[$"Hint_{n.Kind}"],
    };

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
