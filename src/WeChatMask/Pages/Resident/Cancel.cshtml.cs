using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>Asks whether a booking is really to be given back, and gives it back.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class CancelModel(BookingDetailsReader reader, CancellationStore store, RefusalFormatter refusals) : PageModel
{
    public BookingDetails? Details { get; private set; }

    public RefusalView? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync(string number, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(User.AccountId(), number, cancellationToken) is not { } details) return Unknown();
        Details = details;
        // Who gave it back already sees that it is done, also by a second press.
        if (details.Booking.Status == BookingStatus.Cancelled) return LocalRedirects.PageTo($"/bookings/{details.Booking.Number}");
        if (!details.MayCancel) Refusal = refusals.Of(Domain.Refusal.TooLate);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string number, CancellationToken cancellationToken)
    {
        if (!BookingNumber.TryParse(number, out var exact)) return Unknown();
        var refusal = await store.CancelAsync(User.AccountId(), exact, cancellationToken);
        if (refusal == Domain.Refusal.None) return LocalRedirects.PageTo($"/bookings/{exact}");
        var shown = await OnGetAsync(number, cancellationToken);
        if (shown is PageResult && Details is not null) Response.StatusCode = RefusalResults.Status(refusal);
        return shown;
    }

    private PageResult Unknown()
    {
        Refusal = refusals.Of(Domain.Refusal.UnknownBooking);
        Response.StatusCode = RefusalResults.Status(Domain.Refusal.UnknownBooking);
        return Page();
    }
}
