using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>The log-in of all staff.</summary>
[AllowAnonymous]
[EnableRateLimiting(RateLimits.PerAddress)]
[PersonalPage]
public sealed class LoginModel(StaffStore store, StaffProofStore proofs, RefusalResults refusals, CityCalendar calendar, PageFormatter format) : PageModel
{
    private const int FewTries = 2;

    /// <summary>Why the log-in failed, or null.</summary>
    public string? Message { get; private set; }

    /// <summary>City time until which the name is locked after this browser's wrong passwords, or null.</summary>
    public string? LockedUntil { get; private set; }

    /// <summary>How many tries are left before the lock, said when they become few.</summary>
    public int? TriesLeft { get; private set; }

    /// <summary>Wrong passwords that lock.</summary>
    public int MostTries => StaffStore.MostFailures;

    /// <summary>How long the lock lasts.</summary>
    public int LockMinutes => (int)StaffStore.LockTime.TotalMinutes;

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
        var staff = await store.VerifyAsync(Username ?? "", Password ?? "", cancellationToken);
        if (staff is not null && await proofs.FindAsync(staff.Id, cancellationToken) is { HasTotp: true })
        {
            LoginTries.Clear(HttpContext);
            new HalfWay(staff.Id, StaffProofs.StampOf(staff.PasswordHash), Target(staff.Role)).Keep(HttpContext);
            return LocalRedirect(HalfWay.Address);
        }

        var session = NewSession.Of(HttpContext, SessionKind.Staff);
        if (staff is null || !await store.BeginAsync(staff, session, cancellationToken))
        {
            Fail();
            return Page();
        }

        LoginTries.Clear(HttpContext);
        await HttpContext.SignInStaffAsync(session, staff.Id, staff.Username, staff.Role, staff.PharmacyId);
        return LocalRedirect(Target(staff.Role));
    }

    private void Fail()
    {
        Message = refusals.Sentence(Refusal.LoginFailed);
        var tries = LoginTries.Add(HttpContext, Username ?? "", calendar.Now);
        LockedUntil = tries.LockedUntil is { } until ? format.Time(until) : null;
        if (tries.LockedUntil is null && StaffStore.MostFailures - tries.Failures <= FewTries) TriesLeft = StaffStore.MostFailures - tries.Failures;
    }

    /// <summary>Only an address inside the role's own pages is followed: anything else could lead away or in circles.</summary>
    private string Target(StaffRole role)
    {
        var home = role.Home();
        var wanted = ReturnUrl ?? "";
        var own = Url.IsLocalUrl(wanted)
            && (wanted == home || wanted.StartsWith(home + "/", StringComparison.Ordinal) || wanted.StartsWith(home + "?", StringComparison.Ordinal));
        return own ? wanted : home;
    }
}
