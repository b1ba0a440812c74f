using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>A booking on paper: the code large, the number below it, and what else is needed at the counter.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class PrintModel(BookingDetailsReader reader, PolicyFormatter rules, RefusalFormatter refusals) : PageModel
{
    public BookingDetails? Details { get; private set; }

    public RefusalView Unknown => refusals.Of(Refusal.UnknownBooking);

    public PolicyFormatter Rules => rules;

    public async Task<IActionResult> OnGetAsync(string number, CancellationToken cancellationToken)
    {
        Details = await reader.FindAsync(User.AccountId(), number, cancellationToken);
        if (Details is null) Response.StatusCode = RefusalResults.Status(Refusal.UnknownBooking);
        return Page();
    }
}
