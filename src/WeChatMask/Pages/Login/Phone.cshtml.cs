using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Web;

namespace WeChatMask.Pages.Login;

/// <summary>Log-in by a code to one's phone: the number first, then the code. It works without a script.</summary>
[AllowAnonymous]
[EnableRateLimiting(RateLimits.PerAddress)]
[PersonalPage]
public sealed class PhoneModel(LoginCodes codes, IStringLocalizer<Text.Login> text) : PageModel
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

    /// <summary>The number with its middle hidden: others may look at the screen.</summary>
    public string Masked => MobileNumber.TryParse(Mobile) is { } mobile ? Masking.Mobile(mobile.Value) : "";

    public int Minutes => (int)LoginStore.CodeLife.TotalMinutes;

    public int Seconds => (int)LoginStore.BetweenCodes.TotalSeconds;

    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }

    /// <summary>Sends a code and asks for it, or signs in with one.</summary>
    public Task<IActionResult> OnPostAsync(CancellationToken cancellationToken) => Step == "code" ? VerifyAsync(cancellationToken) : SendAsync(cancellationToken);

    private async Task<IActionResult> SendAsync(CancellationToken cancellationToken)
    {
        var fault = await codes.SendAsync(Mobile, HttpContext.Connection.RemoteIpAddress?.ToString() ?? "", cancellationToken);
        // Who asks too soon has a code already.
        return Show(fault, isSent: fault is LoginCodeFault.None or LoginCodeFault.TooSoon);
    }

    private async Task<IActionResult> VerifyAsync(CancellationToken cancellationToken)
    {
        var (fault, account) = await codes.VerifyAsync(Mobile, Code, cancellationToken);
        if (fault != LoginCodeFault.None) return Show(fault, isSent: fault == LoginCodeFault.Wrong);
        await HttpContext.SignInResidentAsync(account);
        return LocalRedirect(SiteLinks.LocalPath(ReturnUrl));
    }

    private PageResult Show(LoginCodeFault fault, bool isSent)
    {
        IsSent = isSent;
        if (fault == LoginCodeFault.None) return Page();
        Message = text[$"Fault_{fault}"];
        Response.StatusCode = fault switch
        {
            LoginCodeFault.TooSoon or LoginCodeFault.TooMany => StatusCodes.Status429TooManyRequests,
            LoginCodeFault.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
        return Page();
    }
}
