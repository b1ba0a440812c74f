using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>The log-in of all staff.</summary>
[AllowAnonymous]
[EnableRateLimiting(RateLimits.PerAddress)]
[PersonalPage]
public sealed class LoginModel(StaffStore store, StaffProofStore proofs, LoginLimitStore limits, RefusalResults refusals, PageFormatter format, IStringLocalizer<Text.Staff> text) : PageModel
{
    private const int FewTries = 2;
    private const string BusySeconds = "5";

    /// <summary>Why the log-in failed, or null.</summary>
    public string? Message { get; private set; }

    /// <summary>City time until which the name is locked for this browser, or null.</summary>
    public string? LockedUntil { get; private set; }

    /// <summary>How many tries are left before the lock, said when they become few.</summary>
    public int? TriesLeft { get; private set; }

    /// <summary>How long the lock lasts.</summary>
    public int LockMinutes => (int)LoginLimitStore.LockTime.TotalMinutes;

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Whether a password was set just now.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Welcome { get; set; }

    /// <summary>Whether WeChat's account belongs to nobody who may log in by it.</summary>
    [BindProperty(SupportsGet = true)]
    public bool NotBound { get; set; }

    /// <summary>The typed name, shown again.</summary>
    [BindProperty]
    public string? Username { get; set; }

    /// <summary>The typed password, never shown again.</summary>
    [BindProperty]
    public string? Password { get; set; }

    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }

    /// <summary>Signs in, or shows the form again with one message for every reason.</summary>
    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var caller = LoginCaller.Of(HttpContext);
        // Kept with a wrong one too, so that it is known whose wrong ones they were.
        caller.Keep(HttpContext);
        var answer = await store.VerifyAsync(Username ?? "", Password ?? "", caller, cancellationToken);
        if (answer.Staff is { } verified && await proofs.FindAsync(verified.Id, cancellationToken) is { HasTotp: true })
        {
            new HalfWay(verified.Id, StaffProofs.StampOf(verified.PasswordHash), Target(verified.Role)).Keep(HttpContext);
            return LocalRedirect(HalfWay.Address);
        }

        var session = NewSession.Of(HttpContext, SessionKind.Staff);
        if (answer.Staff is not { } staff || !await store.BeginAsync(staff, session, cancellationToken))
        {
            Fail(answer);
            return Page();
        }

        await limits.RememberAsync(staff.Id, caller, cancellationToken);
        await HttpContext.SignInStaffAsync(session, staff.Id, staff.Username, staff.Role, staff.PharmacyId);
        return LocalRedirects.PageTo(Target(staff.Role));
    }

    private void Fail(LoginAnswer answer)
    {
        if (answer.IsBusy)
        {
            Message = text["Login_Busy"];
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            Response.Headers.RetryAfter = BusySeconds;
            return;
        }

        Message = refusals.Sentence(Refusal.LoginFailed);
        LockedUntil = answer.Standing?.LockedUntil is { } until ? format.Time(until) : null;
        if (LockedUntil is null && answer.Standing?.Left <= FewTries) TriesLeft = answer.Standing.Left;
    }

    /// <summary>Only an address inside the role's own pages is followed: anything else could lead away or in circles.</summary>
    private string Target(StaffRole role)
    {
        var home = role.Home();
        var wanted = SiteLinks.LocalPath(ReturnUrl);
        var own = wanted == home || wanted.StartsWith(home + "/", StringComparison.Ordinal) || wanted.StartsWith(home + "?", StringComparison.Ordinal);
        return own ? wanted : home;
    }
}
