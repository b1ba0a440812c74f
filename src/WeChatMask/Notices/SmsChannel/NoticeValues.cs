using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>What a notice tells as named values, for vendors that fill their own templates.</summary>
internal static class NoticeValues
{
    public static SmsKind KindOf(NoticeKind kind) => kind switch
    {
        NoticeKind.BookingMade => SmsKind.BookingMade,
        NoticeKind.SlotAssigned => SmsKind.SlotAssigned,
        NoticeKind.PharmacyList => SmsKind.PharmacyList,
        NoticeKind.BookingRefused => SmsKind.BookingRefused,
        NoticeKind.PickupMoved or NoticeKind.PharmacyChanged => SmsKind.PickupChanged,
        NoticeKind.RoundAnnulled => SmsKind.RoundAnnulled,
        NoticeKind.HandedOver => SmsKind.HandedOver,
        NoticeKind.HandOverVoided => SmsKind.HandOverVoided,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This notice is not sent by SMS."),
    };

    public static Dictionary<string, string> ForResident(LeasedNotice n, Policy policy, NoticeTexts texts) =>
        new(StringComparer.Ordinal)
        {
            [SmsValues.Day] = texts.Day(n),
            [SmsValues.Slot] = texts.Slot(n),
            [SmsValues.Pharmacy] = n.PharmacyName,
            [SmsValues.Address] = n.PharmacyAddress,
            [SmsValues.Number] = n.Number,
            [SmsValues.Units] = Whole(n.HandedOverUnits ?? n.Units),
            [SmsValues.Unit] = policy.Goods.Unit,
            [SmsValues.Goods] = policy.Goods.Name,
            [SmsValues.Reason] = texts.Reason(n),
            // Vendors take no empty value.
            [SmsValues.Record] = n.Record ?? "-",
            [SmsValues.Amount] = CityFormatter.Amount(n.HandedOverUnits ?? n.Units, n.UnitPriceFen),
        };

    /// <summary>A pharmacy's values: counts by slot and the list's address are only in a ready text.</summary>
    public static Dictionary<string, string> ForPharmacy(LeasedNotice n, Policy policy, IReadOnlyCollection<SlotCount> slots, NoticeTexts texts) =>
        new(StringComparer.Ordinal)
        {
            [SmsValues.Day] = texts.Day(n.PickupDate),
            [SmsValues.Pharmacy] = n.PharmacyName,
            [SmsValues.Bookings] = Whole(slots.Sum(s => s.Bookings)),
            [SmsValues.Units] = Whole(slots.Sum(s => s.Units)),
            [SmsValues.Unit] = policy.Goods.Unit,
            [SmsValues.Goods] = policy.Goods.Name,
        };

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);
}
