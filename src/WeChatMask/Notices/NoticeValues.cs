using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>What a notice tells as named values, for vendors that fill their own templates.</summary>
internal static class NoticeValues
{
    /// <summary>The kind of message that a notice is.</summary>
    public static SmsKind KindOf(NoticeKind kind) => Enum.Parse<SmsKind>(kind.ToString());

    /// <summary>A resident's values.</summary>
    public static Dictionary<string, string> ForResident(LeasedNotice n, Policy policy, NoticeTexts texts)
    {
        var units = n.Units ?? 0;
        return new(StringComparer.Ordinal)
        {
            [SmsValues.Day] = texts.Day(n.PickupDate),
            [SmsValues.Slot] = texts.Slot(n),
            [SmsValues.Pharmacy] = n.PharmacyName,
            [SmsValues.Address] = n.PharmacyAddress,
            [SmsValues.Number] = n.Number ?? "",
            [SmsValues.Units] = Whole(units),
            [SmsValues.Unit] = policy.Goods.Unit,
            [SmsValues.Goods] = policy.Goods.Name,
            [SmsValues.Amount] = NoticeTexts.Amount(units * (n.UnitPriceFen ?? 0)),
        };
    }

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
