using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>The second step of a log-in, for those who have one.</summary>
[AllowAnonymous]
[EnableRateLimiting(RateLimits.PerAddress)]
[PersonalPage]
public sealed class CodeModel(StaffProofStore proofs, LoginLimitStore limits, IStringLocalizer<Text.Accounts> text) : PageModel
{
    private const string Login = "/staff/login";

    public string? Message { get; private set; }

    /// <summary>The app's code, or one on paper.</summary>
    [BindProperty]
    public string? Code { get; set; }

    public IActionResult OnGet() => HalfWay.Of(HttpContext) is null ? LocalRedirect(Login) : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (HalfWay.Of(HttpContext) is not { } half) return LocalRedirect(Login);
        var session = NewSession.Of(HttpContext, SessionKind.Staff);
        var (fault, staff) = await proofs.EnterAsync(half.Id, half.Stamp, Code ?? "", session, cancellationToken);
        if (staff is null)
        {
            if (fault == ProofFault.Gone)
            {
                HalfWay.Clear(HttpContext);
                return LocalRedirect(Login);
            }

            Message = text[$"Code_{fault}"];
            return Page();
        }

        HalfWay.Clear(HttpContext);
        await limits.RememberAsync(staff.Id, HttpContext, cancellationToken);
        await HttpContext.SignInStaffAsync(session, staff.Id, staff.Username, staff.Role, staff.PharmacyId, secondFactor: true);
        return LocalRedirects.PageTo(half.Target);
    }
}
