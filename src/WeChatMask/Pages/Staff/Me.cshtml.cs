using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>One's own account: password, second factor, WeChat, and where one is logged in.</summary>
[Authorize(Policy = Sessions.StaffPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class MeModel(StaffProofStore proofs, OwnAccountStore store, SessionStore sessions, IStringLocalizer<Text.Accounts> text) : PageModel
{
    public string? Message { get; private set; }

    public string? Done { get; private set; }

    public StaffProofs Own { get; private set; } = new();

    public IReadOnlyList<SessionRow> LogIns { get; private set; } = [];

    /// <summary>Which of the log-ins this is.</summary>
    public string Here => User.SessionHash();

    public StaffMember Staff => User.Staff();

    public bool MayManage => Staff.Role is StaffRole.Administrator or StaffRole.PharmacyLead;

    /// <summary>What came of binding an account of WeChat, by name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Bound { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? NewPassword { get; set; }

    /// <summary>The new password once more.</summary>
    [BindProperty]
    public string? Again { get; set; }

    /// <summary>The log-in to end.</summary>
    [BindProperty]
    public string? Session { get; set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        if (Enum.TryParse<ProofFault>(Bound, out var fault) && Enum.IsDefined(fault))
        {
            if (fault == ProofFault.None) Done = text["Me_Bound"];
            else Message = text[$"Proof_{fault}"];
        }

        await LoadAsync(cancellationToken);
    }

    public async Task OnPostPasswordAsync(CancellationToken cancellationToken)
    {
        var rule = PasswordRules.Judge(NewPassword ?? "", Staff.Username);
        if (rule != PasswordFault.None) Fail(text[$"Password_{rule}", PasswordRules.Shortest]);
        else if (NewPassword != Again) Fail(text["Password_Differs"]);
        else Tell(await store.ChangePasswordAsync(Staff.Id, Password ?? "", NewPassword!, Here, cancellationToken), "Me_PasswordChanged");
        await LoadAsync(cancellationToken);
    }

    public async Task OnPostSignOutAsync(CancellationToken cancellationToken)
    {
        if (await sessions.EndAsync(SessionKind.Staff, Staff.Id, Session ?? "", cancellationToken)) Done = text["Me_SignedOut"];
        await LoadAsync(cancellationToken);
    }

    /// <summary>Out to WeChat, and back by <c>/login/callback</c>.</summary>
    public IActionResult OnPostBind() => Redirect(LoginEndpoints.Begin(HttpContext, "/staff/me", LoginFor.Binding, Staff.Id));

    public async Task OnPostUnbindAsync(CancellationToken cancellationToken)
    {
        Tell(await store.UnbindAsync(Staff.Id, cancellationToken), "Me_Unbound");
        await LoadAsync(cancellationToken);
    }

    private void Tell(ProofFault fault, string done)
    {
        if (fault == ProofFault.None) Done = text[done];
        else Fail(text[$"Proof_{fault}"]);
    }

    private void Fail(string message)
    {
        Message = message;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Own = await proofs.FindAsync(Staff.Id, cancellationToken) ?? Own;
        LogIns = await sessions.OfAsync(SessionKind.Staff, Staff.Id, cancellationToken);
    }
}
