using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>A booking on paper: the code large, the number below it, and what else is needed at the counter.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class PrintModel(BookingFaces faces, PolicyWords rules, RefusalWords refusals) : PageModel
{
    /// <summary>The booking.</summary>
    public BookingFace? Face { get; private set; }

    /// <summary>Why there is none.</summary>
    public RefusalView Unknown => refusals.Of(Refusal.UnknownBooking);

    /// <summary>Says the rules.</summary>
    public PolicyWords Rules => rules;

    /// <summary>Shows it.</summary>
    public async Task<IActionResult> OnGetAsync(string number, CancellationToken cancellationToken)
    {
        Face = await faces.FindAsync(User.AccountId(), number, cancellationToken);
        if (Face is null) Response.StatusCode = RefusalResults.Status(Refusal.UnknownBooking);
        return Page();
    }
}
