using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>Where a one-time link leads: its holder sets a password, and the first administrator chooses a name too.</summary>
/// <remarks>
/// The token comes in a query, which is written into no log, and goes at once into a sealed cookie, so that the address is
/// clean before anything is shown. Opening the link spends nothing: chats open links to show what is behind them.
/// </remarks>
[AllowAnonymous]
[EnableRateLimiting(RateLimits.PerAddress)]
[PersonalPage]
public sealed class WelcomeModel(StaffLinkStore links, LoginLimitStore limits, IDataProtectionProvider protection, IStringLocalizer<Text.Accounts> text) : PageModel
{
    private const string Cookie = "wm_staff_welcome";
    private const string Address = "/staff/welcome";

    /// <summary>Whom the link greets, or null when it is no longer good.</summary>
    public Welcome? Holder { get; private set; }

    public string? Message { get; private set; }

    [BindProperty]
    public string? Username { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>The password once more.</summary>
    [BindProperty]
    public string? Again { get; set; }

    private IDataProtector Protector => protection.CreateProtector("staff.welcome");

    public async Task<IActionResult> OnGetAsync(string? token, CancellationToken cancellationToken)
    {
        Response.Headers["Referrer-Policy"] = "no-referrer";
        if (token is { Length: > 0 and <= 128 })
        {
            Response.Cookies.Append(Cookie, Protector.Protect(token), Options(StaffLinkStore.FirstLife));
            return LocalRedirect(Address);
        }

        return await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Response.Headers["Referrer-Policy"] = "no-referrer";
        Holder = await links.FindAsync(Token(), cancellationToken);
        if (Holder is null) return await ShowAsync(cancellationToken);
        var name = Holder.IsFirstAdministrator ? Username ?? "" : Holder.Username;
        if (Password != Again) return Fail(text["Password_Differs"]);
        switch (await links.FinishAsync(Token(), name, Password ?? "", cancellationToken))
        {
            case WelcomeFault.None:
                Response.Cookies.Delete(Cookie, Options(null));
                // Whoever was let in by a link gets in though strangers have locked the name.
                if (!Holder.IsFirstAdministrator) await limits.RememberAsync(Holder.StaffId, HttpContext, cancellationToken);
                return LocalRedirect("/staff/login?welcome=true");
            case WelcomeFault.Gone:
                return await ShowAsync(cancellationToken);
            case WelcomeFault.InvalidPassword:
                return Fail(text[$"Password_{PasswordRules.Judge(Password ?? "", name)}", PasswordRules.Shortest]);
            case WelcomeFault.Busy:
                var page = Fail(text["Welcome_Busy"]);
                Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                Response.Headers.RetryAfter = "5";
                return page;
            case var other:
                return Fail(text[$"Welcome_{other}"]);
        }
    }

    private async Task<IActionResult> ShowAsync(CancellationToken cancellationToken)
    {
        Holder = await links.FindAsync(Token(), cancellationToken);
        if (Holder is null) Response.StatusCode = StatusCodes.Status410Gone;
        return Page();
    }

    private PageResult Fail(string message)
    {
        Message = message;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private string Token()
    {
        if (!Request.Cookies.TryGetValue(Cookie, out var cookie) || cookie.Length > 1024) return "";
        try
        {
            return Protector.Unprotect(cookie);
        }
        catch (CryptographicException)
        {
            return "";
        }
    }

    private CookieOptions Options(TimeSpan? life) => new()
    {
        // Lax: who comes from a chat or a code is sent on from there.
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = Request.IsHttps, Path = Address, MaxAge = life, IsEssential = true,
    };
}
