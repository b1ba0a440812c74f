using System.Globalization;
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
    private const int MostParts = 2;
    private const int LongestName = 40;
    private const int ShortName = 10;
    private const int LongestReason = 60;
    private const int ShortReason = 20;

    public string ForResident(LeasedNotice n, Policy policy, string sign)
    {
        if (n.Kind == NoticeKind.BookingRefused)
            return Signed(sign, text[IsForName(n) ? "BookingRefused_Name" : "BookingRefused", Day(n.PickupDate), n.PharmacyName, n.Number, string.Join(text["Separator"], policy.Complaints)]);
        if (n.Kind == NoticeKind.RoundAnnulled)
            return Signed(sign, text["RoundAnnulled", Day(n.PickupDate), n.PharmacyName, n.Number, n.AnnulReason ?? ""]);
        if (n.Kind == NoticeKind.PharmacyChanged) return ForElsewhere(n, sign);
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
            NoticeKind.PickupMoved when calendar.DayEndingAt(n.PickupClosesAt) > n.PickupDate => "PickupReturned",
            NoticeKind.PickupMoved => n.MoveReason is null ? "PickupMoved" : "PickupDayMoved",
            _ => "SlotAssigned",
        };
        return Signed(sign, text[
            template, Day(n.PickupDate), Slot(n), n.PharmacyName, n.PharmacyAddress, n.Number,
            n.Units, policy.Goods.Unit, policy.Goods.Name, CityFormatter.Amount(n.Units, n.UnitPriceFen), bring, Day(calendar.DayEndingAt(n.PickupClosesAt)), n.MoveReason ?? ""]);
    }

    /// <summary>Where to go now, in two parts at most: the reason gives way first, then the address, then the end of the pharmacy's name.</summary>
    private string ForElsewhere(LeasedNotice n, string sign)
    {
        var whole = "";
        foreach (var (reason, address, name) in new[] { (LongestReason, LongestName, LongestName), (ShortReason, LongestName, LongestName), (ShortReason, ShortReason, LongestName), (ShortName, 0, LongestName), (ShortName, 0, ShortName) })
        {
            var at = address == 0 || n.PharmacyAddress.Length == 0 ? "" : text["PharmacyChanged_At", Shortened(n.PharmacyAddress, address)].Value;
            whole = Signed(sign, text["PharmacyChanged", Shortened(n.WithdrawReason ?? "", reason), Shortened(n.PharmacyName, name), at, Day(n.PickupDate), Slot(n), n.Number]);
            if (SmsLength.Segments(whole) <= MostParts) break;
        }

        return whole;
    }

    /// <summary>The text for a pharmacy, two parts at most: how many come, for how much, how fast, and where the list is.</summary>
    /// <remarks>What is too long gives way in this order: the end of the pharmacy's name, that of the goods' name, the address of the list.</remarks>
    public string ForPharmacy(LeasedNotice n, Policy policy, IReadOnlyCollection<SlotCount> slots, string sign)
    {
        var list = $"{site.CurrentValue.PublicBaseUrl.TrimEnd('/')}/pharmacy/lists/{CityFormatter.Date(n.RoundDate)}";
        foreach (var (name, goods, where) in new[] { (LongestName, LongestName, list), (ShortName, LongestName, list), (ShortName, ShortName, list), (LongestName, ShortName, ""), (ShortName, ShortName, "") })
        {
            var whole = ForPharmacy(n, policy, slots, sign, (name, goods, where));
            if (SmsLength.Segments(whole) <= MostParts) return whole;
        }

        return ForPharmacy(n, policy, slots, "", (ShortName, ShortName, ""));
    }

    private string ForPharmacy(LeasedNotice n, Policy policy, IReadOnlyCollection<SlotCount> slots, string sign, (int Name, int Goods, string List) room)
    {
        var where = room.List.Length == 0 ? text["PharmacyList_Page"].Value : text["PharmacyList_At", room.List].Value;
        var name = Shortened(n.PharmacyName, room.Name);
        if (slots.Count == 0) return Signed(sign, text["PharmacyList_None", name, Day(n.PickupDate), where]);
        var pace = PickupPace.Of(slots) is { } known ? text["Pace", format.Hours(known.From, known.To), known.Minutes, known.Most].Value
            : slots.All(s => s.SlotStartsAt is null) ? text["Pace_Any", format.Hours(n.PickupOpensAt, n.PickupClosesAt)].Value
            : text["Pace_List"].Value;
        return Signed(sign, text[
            "PharmacyList", name, Day(n.PickupDate), slots.Sum(s => s.Bookings), slots.Sum(s => s.Units), policy.Goods.Unit, Shortened(policy.Goods.Name, room.Goods), pace, where]);
    }

    // By whole characters as people see them, so that none is cut through.
    private static string Shortened(string words, int longest)
    {
        if (words.Length <= longest) return words;
        var text = new StringInfo(words);
        for (var take = Math.Min(longest, text.LengthInTextElements) - 1; take > 0; take--)
        {
            if (text.SubstringByTextElements(0, take) is { } shorter && shorter.Length < longest) return shorter + "\u2026";
        }

        return "\u2026";
    }

    private string Signed(string sign, LocalizedString body)
    {
        var name = settings.CurrentValue.Sign is { Length: > 0 } configured ? configured : sign;
        return name.Length == 0 ? body.Value : text["Signed", name, body.Value];
    }

    /// <summary>Why the registry refused, for a template's own sentence.</summary>
    internal string Reason(LeasedNotice n) => text[IsForName(n) ? "Reason_Name" : "Reason"];

    // Whoever can mend it is told what to mend.
    private static bool IsForName(LeasedNotice n) => EligibilityRules.Told(n.RefusedFor) == Refusal.NameMismatch;

    /// <summary>The day to come on, or of the hand-over.</summary>
    internal string Day(LeasedNotice n) => Day(n.HandedOverAt is { } at ? calendar.DateOf(at) : n.PickupDate);

    internal string Day(DateOnly day) => text["Day", day.Month, day.Day];

    /// <summary>When to come: the slot, or the pickup hours; or when it was handed over.</summary>
    internal string Slot(LeasedNotice n) => n.HandedOverAt is { } at ? format.Time(at) : n.SlotStartsAt is { } from && n.SlotEndsAt is { } to
        ? format.Hours(from, to)
        : format.Hours(n.PickupOpensAt, n.PickupClosesAt);
}
