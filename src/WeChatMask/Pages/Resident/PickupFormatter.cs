using Microsoft.Extensions.Localization;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Pages.Resident;

/// <summary>What the holder of a booking has to know of it at this instant, in a few words: on the morning after, when to come and not that it was booked.</summary>
public sealed class PickupFormatter(IStringLocalizer<Text.Pages> text, PageFormatter format, CityCalendar calendar)
{
    public string Of(BookingRow booking, RoundState round)
    {
        if (booking.Status != BookingStatus.Booked) return text[$"Booking_Heading_{booking.Status}"];
        if (booking.Provisional) return text["Booking_Now_Provisional"];
        var (now, today) = (calendar.Now, calendar.Today);
        if (today < booking.PickupDate) return today == booking.RoundDate ? text["Booking_Heading_Booked"] : text["Booking_Now_Later", format.Day(booking.PickupDate)];
        var closes = booking.PickupUntil;
        if (now >= closes) return text["Booking_Now_Over"];
        // Goods that came after all may be fetched on the day after, too.
        var todayCloses = calendar.DateOf(closes) > today ? calendar.Instant(today, round.Policy.Pickup.Closes) : closes;
        if (now >= todayCloses) return text["Booking_Now_OtherDay", format.Day(calendar.DateOf(closes))];
        var opens = booking.PickupDate == round.PickupDate && today == booking.PickupDate ? round.Times.PickupOpensAt : calendar.Instant(today, round.Policy.Pickup.Opens);
        if (booking.Slot is { } slot && now < slot.StartsAt) return text["Booking_Now_Today", format.Span(slot.StartsAt, slot.EndsAt)];
        if (now < opens) return text["Booking_Now_Today", format.Span(opens, todayCloses)];
        return booking.Slot is { } present && now < present.EndsAt ? text["Booking_Now_Open"] : text["Booking_Now_Until", format.Time(todayCloses)];
    }
}
