using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>
/// The counter as the phone keeps it for the time without a network. It holds nothing of anybody: whom to serve is read
/// on the phone from what is kept there under the log-in's key.
/// </summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[PersonalPage]
[CodeReaderPage]
public sealed class OfflineModel : PageModel
{
    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }
}
