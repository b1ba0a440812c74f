using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.Levers;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>One booking: its number and code to show at the counter, when and where to go, what to bring.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class BookingModel(
    BookingDetailsReader reader, PickupFormatter pickup, PolicyFormatter rules, RefusalFormatter refusals, CityCalendar calendar, CityFormatter format,
    LeverQueries levers, CounterTroubleStore counters) : PageModel
{
    public BookingDetails? Details { get; private set; }

    /// <summary>What one has to know of it now.</summary>
    public string Heading => pickup.Of(Details!.Booking, Details.Round);

    /// <summary>The last day of a pickup that has moved.</summary>
    public DateOnly? MovedUntil => Details?.Booking.MovedUntil is { } until ? calendar.DayEndingAt(until) : null;

    /// <summary>The close of hand-over, where a supervisor has made it later than the rules say.</summary>
    public DateTimeOffset? ExtendedUntil => Details is { Booking: { IsMoved: false } b } && b.PickupUntil > calendar.Instant(b.PickupDate, Details.Policy.Pickup.Closes) ? b.PickupUntil : null;

    /// <summary>The pharmacy it was booked at, where that one was withdrawn.</summary>
    public string? CameFrom { get; private set; }

    /// <summary>The pause of its pharmacy, while it is to be collected there today.</summary>
    public CounterTrouble? Pause { get; private set; }

    /// <summary>Whether there may still be a receipt: it goes with the round's lists.</summary>
    public bool HasReceipt => Details!.Round.KeepsPersonalData(calendar.Today);

    public RefusalView Unknown => refusals.Of(Refusal.UnknownBooking);

    public PolicyFormatter Rules => rules;

    /// <summary>When the page was made, for the moving clock beside the code.</summary>
    public long NowMilliseconds { get; } = calendar.Now.ToUnixTimeMilliseconds();

    /// <summary>The same as the city's clocks show it.</summary>
    public string NowText { get; } = format.MomentToTheSecond(calendar.Now);

    /// <summary>The city's time zone, for the script.</summary>
    public string Zone => calendar.Zone.Id;

    public async Task<IActionResult> OnGetAsync(string number, CancellationToken cancellationToken)
    {
        Details = await reader.FindAsync(User.AccountId(), number, cancellationToken);
        CameFrom = Details is null ? null : await levers.CameFromAsync(Details.Booking.Id, cancellationToken);
        if (Details is { Status: BookingStatus.Booked } d && d.Booking.PickupDate == calendar.Today)
            Pause = (await counters.OpenAsync(d.Booking.PharmacyId, cancellationToken)).Find(c => c.Kind == CounterTroubleKind.Paused);
        if (Details is null) Response.StatusCode = RefusalResults.Status(Refusal.UnknownBooking);
        return Page();
    }
}
