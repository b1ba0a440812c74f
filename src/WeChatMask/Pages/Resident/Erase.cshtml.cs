using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Residents;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>Says what an erasure destroys, what stays and why, asks, and erases.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class EraseModel(MyDataQueries queries, ErasureStore erasure, RefusalFormatter refusals) : PageModel
{
    public MyData Kept { get; private set; } = null!;

    public RefusalView? Refusal { get; private set; }

    public IEnumerable<MyPerson> Persons => Kept.Residents.Where(p => p.RemovedAt is null);

    /// <summary>The last pickup day of a running round that still needs somebody's particulars.</summary>
    public DateOnly? WaitsFor => Kept.Residents.Max(p => p.RunningPickup);

    /// <summary>The day by which the last hold is forgotten.</summary>
    public DateOnly? HoldsUntil => Kept.Residents.Max(p => p.Cooldown?.DestroyedBy);

    /// <summary>The day by which the last line of a public list is taken down.</summary>
    public DateOnly? ListedUntil => Kept.Bookings.Max(b => b.ListedUntil);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await queries.OfAsync(User.AccountId(), cancellationToken) is not { } kept) return LocalRedirects.PageTo(MyDataModel.LoginOf("/my-data"));
        Kept = kept;
        if (!Persons.Any() && kept.Cases.Count == 0) return LocalRedirect("/my-data");
        if (kept.Bookings.Any(b => b.Status == Domain.BookingStatus.Booked)) Refusal = refusals.Of(Domain.Refusal.HasOpenBooking);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var refusal = await erasure.EraseAsync(User.AccountId(), cancellationToken);
        if (refusal == Domain.Refusal.None) return LocalRedirect("/my-data?erased=true");
        var shown = await OnGetAsync(cancellationToken);
        Refusal = refusals.Of(refusal);
        if (shown is PageResult) Response.StatusCode = RefusalResults.Status(refusal);
        return shown;
    }
}
