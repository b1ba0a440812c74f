using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Residents;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>Asks whether a person is really to be removed from the account, and removes them.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class RemoveModel(ResidentQueries persons, ResidentStore store, CityCalendar calendar, RefusalFormatter refusals) : PageModel
{
    /// <summary>The person, masked.</summary>
    public ResidentView Person { get; private set; } = null!;

    public RefusalView? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, CancellationToken cancellationToken)
    {
        var key = id.ToString(CultureInfo.InvariantCulture);
        var family = await persons.OfAsync(User.AccountId(), null, calendar.Today, cancellationToken);
        // Removed already, maybe by the first of two presses.
        if (family.Find(r => r.Id == key) is not { } person) return LocalRedirect("/residents");
        Person = person;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long id, CancellationToken cancellationToken)
    {
        var refusal = await store.RemoveAsync(User.AccountId(), id, cancellationToken);
        var shown = await OnGetAsync(id, cancellationToken);
        if (refusal == Domain.Refusal.None || shown is not PageResult) return LocalRedirect("/residents");
        Refusal = refusals.Of(refusal);
        Response.StatusCode = RefusalResults.Status(refusal);
        return shown;
    }
}
