using System.Globalization;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Bookings;

public sealed record BookingList(IReadOnlyList<BookingView> Bookings);

/// <summary>A booking in the contract's words; provisional while the registry has yet to answer.</summary>
public sealed record BookingView(
    string Number, int Serial, DateOnly Date, DateOnly PickupDate, string PharmacyCode, PickupSlot? Slot,
    int Units, decimal UnitPrice, BookingStatus Status, string? Voucher, string ResidentId, bool Provisional)
{
    /// <summary>True where it ended with its whole round; left out otherwise.</summary>
    public bool? RoundAnnulled { get; init; }

    /// <summary>The proof that it stands in the public log, in the answer to its request alone; left out where it is older than the log.</summary>
    public string? Receipt { get; init; }
}

/// <summary>Puts bookings into the contract's words, the voucher with them.</summary>
public sealed class BookingViews(Vouchers vouchers, CityCalendar calendar)
{
    public BookingView Of(BookingRow b) => Answer(b) with
    {
        Slot = calendar.Local(b.Slot),
        Voucher = Voucher(b),
    };

    /// <summary>The answer to a booking: the same whenever its request is sent again, which a fresh signature would not be, nor a slot, given with the list.</summary>
    public static BookingView Answer(BookingRow b, string? receipt = null) => new(
        b.Number, b.Serial, b.RoundDate, b.PickupDate, b.PharmacyCode, null, b.Units, Money.Yuan(b.UnitPriceFen), b.Status, null, b.ResidentId.ToString(CultureInfo.InvariantCulture), b.Provisional)
    {
        RoundAnnulled = b.IsRoundAnnulled ? true : null,
        Receipt = receipt,
    };

    public string Voucher(BookingRow b) => vouchers.Sign(b.Number, b.PharmacyCode, b.PickupDate);
}
