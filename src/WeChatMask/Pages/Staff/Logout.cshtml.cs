using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>Ends the log-in; only by a form, so that no link of a stranger can.</summary>
[Authorize(Policy = Sessions.OwnLogInPolicy)]
public sealed class LogoutModel : PageModel
{
    private const string Login = "/staff/login";

    public IActionResult OnGet() => LocalRedirect(Login);

    public async Task<IActionResult> OnPostAsync()
    {
        await HttpContext.SignOutAsync(SessionKind.Staff);
        return LocalRedirect(Login);
    }
}
