using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Makes the texts of notices from their templates in <c>Text/Sms.resx</c>.</summary>
public sealed class NoticeTexts(
    IStringLocalizer<Text.Sms> text, IOptionsMonitor<SmsSettings> settings, IOptionsMonitor<SiteSettings> site, CityCalendar calendar, CityFormatter format)
{
    public string ForResident(LeasedNotice n, Policy policy, string sign)
    {
        if (n.Kind == NoticeKind.BookingRefused)
            return Signed(sign, text["BookingRefused", Day(n.PickupDate), n.PharmacyName, n.Number, string.Join(text["Separator"], policy.Complaints)]);
        if (n.Kind is NoticeKind.HandedOver or NoticeKind.HandOverVoided)
        {
            return Signed(sign, text[
                n.Kind.ToString(), Day(n), Slot(n), n.PharmacyName, n.Number, n.HandedOverUnits ?? n.Units, policy.Goods.Unit, policy.Goods.Name,
                string.Join(text["Separator"], policy.Complaints)]);
        }

        var bring = policy.Identification == CounterIdentification.Voucher ? text["Bring_Voucher"] : text["Bring_NumberAndCard"];
        var template = n.Kind switch
        {
            NoticeKind.BookingMade => "BookingMade",
            NoticeKind.PickupMoved when calendar.DateOf(n.PickupClosesAt) > n.PickupDate => "PickupReturned",
            NoticeKind.PickupMoved => "PickupMoved",
            _ => "SlotAssigned",
        };
        return Signed(sign, text[
            template, Day(n.PickupDate), Slot(n), n.PharmacyName, n.PharmacyAddress, n.Number,
            n.Units, policy.Goods.Unit, policy.Goods.Name, CityFormatter.Amount(n.Units, n.UnitPriceFen), bring, Day(calendar.DateOf(n.PickupClosesAt))]);
    }

    /// <summary>The text for a pharmacy: counts by slot and where the list is.</summary>
    public string ForPharmacy(LeasedNotice n, Policy policy, IReadOnlyCollection<SlotCount> slots, string sign)
    {
        var counts = string.Join(text["Separator"], slots.Select(s => text[
            "SlotCount", s.SlotStartsAt is { } from && s.SlotEndsAt is { } to ? format.Hours(from, to) : text["AnyTime"].Value, s.Bookings].Value));
        var list = $"{site.CurrentValue.PublicBaseUrl}/pharmacy/lists/{CityFormatter.Date(n.RoundDate)}";
        return Signed(sign, text[
            "PharmacyList", n.PharmacyName, Day(n.PickupDate), slots.Sum(s => s.Bookings), slots.Sum(s => s.Units),
            policy.Goods.Unit, policy.Goods.Name, slots.Count == 0 ? text["NoBookings"].Value : counts, list]);
    }

    private string Signed(string sign, LocalizedString body)
    {
        var name = settings.CurrentValue.Sign is { Length: > 0 } configured ? configured : sign;
        return name.Length == 0 ? body.Value : text["Signed", name, body.Value];
    }

    /// <summary>The day to come on, or of the hand-over.</summary>
    internal string Day(LeasedNotice n) => Day(n.HandedOverAt is { } at ? calendar.DateOf(at) : n.PickupDate);

    internal string Day(DateOnly day) => text["Day", day.Month, day.Day];

    /// <summary>When to come: the slot, or the pickup hours; or when it was handed over.</summary>
    internal string Slot(LeasedNotice n) => n.HandedOverAt is { } at ? format.Time(at) : n.SlotStartsAt is { } from && n.SlotEndsAt is { } to
        ? format.Hours(from, to)
        : format.Hours(n.PickupOpensAt, n.PickupClosesAt);
}
