using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Web;

namespace WeChatMask.Pages.Administrator;

/// <summary>Where an administrator begins. Nothing of a resident is here.</summary>
[Authorize(Policy = Sessions.AdministratorPolicy)]
[PersonalPage]
public sealed class IndexModel : PageModel
{
    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }
}
