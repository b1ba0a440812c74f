using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Login;

/// <summary>Log-in by a code to one's phone: the number first, then the code. It works without a script.</summary>
[AllowAnonymous]
[EnableRateLimiting(RateLimits.PerAddress)]
[PersonalPage]
public sealed class PhoneModel(
    LoginCodes codes, LoginProofs proofs, PolicyQueries policies, IDataProtectionProvider protection, FieldFaults faults, IStringLocalizer<Text.Login> text) : PageModel
{
    /// <summary>Where to go after the log-in, as it was asked.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public string? Mobile { get; set; }

    /// <summary>The typed code, never shown again.</summary>
    [BindProperty]
    public string? Code { get; set; }

    /// <summary><c>code</c> when the code was typed; else one is asked for.</summary>
    [BindProperty]
    public string? Step { get; set; }

    /// <summary>Whether the code is asked for now; else the number is.</summary>
    public bool IsSent { get; private set; }

    /// <summary>What is wrong, or null.</summary>
    public string? Message { get; private set; }

    /// <summary>Whether it is the field's fault, and is told with it.</summary>
    public bool IsFieldWrong { get; private set; }

    /// <summary>The number with its middle hidden: others may look at the screen.</summary>
    public string Masked => MobileNumber.TryParse(Mobile) is { } mobile ? Masking.Mobile(mobile.Value) : "";

    public int Minutes => (int)LoginCodeStore.CodeLife.TotalMinutes;

    public int Seconds => (int)LoginCodeStore.BetweenCodes.TotalSeconds;

    /// <summary>The work that a browser must do before it asks, once many do; else null.</summary>
    public LoginChallenge? Work { get; private set; }

    /// <summary>Numbers to call for who gets no code.</summary>
    public IReadOnlyList<string> Hotlines { get; private set; } = [];

    [BindProperty]
    public string? Proof { get; set; }

    [BindProperty]
    public string? Answer { get; set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => ChallengeAsync(LoginBrowser.Of(HttpContext, protection), cancellationToken);

    /// <summary>Sends a code and asks for it, or signs in with one.</summary>
    public Task<IActionResult> OnPostAsync(CancellationToken cancellationToken) => Step == "code" ? VerifyAsync(cancellationToken) : SendAsync(cancellationToken);

    private async Task<IActionResult> SendAsync(CancellationToken cancellationToken)
    {
        var browser = LoginBrowser.Of(HttpContext, protection);
        browser.Keep(HttpContext, protection);
        var fault = await codes.SendAsync(Mobile, CallerAddress.Of(HttpContext), browser, proofs.Read(Proof, Answer, browser.Id), cancellationToken);
        // Who asks too soon has a code already.
        return await ShowAsync(fault, isSent: fault is LoginCodeFault.None or LoginCodeFault.TooSoon, browser, cancellationToken);
    }

    private async Task<IActionResult> VerifyAsync(CancellationToken cancellationToken)
    {
        var session = NewSession.Of(HttpContext, SessionKind.Resident);
        var (fault, account, browser) = await codes.VerifyAsync(Mobile, Code, LoginBrowser.Of(HttpContext, protection), session, cancellationToken);
        if (fault != LoginCodeFault.None) return await ShowAsync(fault, isSent: fault == LoginCodeFault.Wrong, browser, cancellationToken);
        browser.Keep(HttpContext, protection);
        await HttpContext.SignInResidentAsync(session, account);
        return LocalRedirects.PageTo(SiteLinks.LocalPath(ReturnUrl));
    }

    private async Task ChallengeAsync(LoginBrowser browser, CancellationToken cancellationToken)
    {
        if (!await codes.NeedsProofAsync(cancellationToken)) return;
        // The work is one browser's, so it must be known again.
        browser.Keep(HttpContext, protection);
        Work = proofs.New(browser.Id);
        Hotlines = (await policies.TodayAsync(cancellationToken))?.Complaints ?? [];
    }

    private async Task<PageResult> ShowAsync(LoginCodeFault fault, bool isSent, LoginBrowser browser, CancellationToken cancellationToken)
    {
        await ChallengeAsync(browser, cancellationToken);
        return Show(fault, isSent);
    }

    private PageResult Show(LoginCodeFault fault, bool isSent)
    {
        IsSent = isSent;
        if (fault == LoginCodeFault.None) return Page();
        Message = fault == LoginCodeFault.InvalidMobile && faults.Mobile(Mobile) is { } wrong ? wrong : text[$"Fault_{fault}"];
        IsFieldWrong = fault is LoginCodeFault.InvalidMobile or LoginCodeFault.Wrong;
        Response.StatusCode = fault switch
        {
            LoginCodeFault.TooSoon or LoginCodeFault.TooMany or LoginCodeFault.NeedsProof => StatusCodes.Status429TooManyRequests,
            LoginCodeFault.Unavailable or LoginCodeFault.HourSpent => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
        return Page();
    }
}
