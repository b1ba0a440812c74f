using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>One booking: its number and code to show at the counter, when and where to go, what to bring.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class BookingModel(BookingFaces faces, PolicyWords rules) : PageModel
{
    /// <summary>The booking.</summary>
    public BookingFace Face { get; private set; } = null!;

    /// <summary>Says the rules.</summary>
    public PolicyWords Rules => rules;

    /// <summary>Shows it.</summary>
    public async Task<IActionResult> OnGetAsync(string number, CancellationToken cancellationToken)
    {
        if (await faces.FindAsync(User.AccountId(), number, cancellationToken) is not { } face) return NotFound();
        Face = face;
        return Page();
    }
}
