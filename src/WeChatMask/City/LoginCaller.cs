using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>Who tries to log in as a member of staff: a browser, known again by a sealed cookie, and the address it calls from.</summary>
public sealed record LoginCaller(string Browser, string Address)
{
    private const string Cookie = "wm_staff_browser";
    private const int LongestCookie = 512;

    // A browser that nobody has used for this long is a stranger's again.
    internal static readonly TimeSpan Life = TimeSpan.FromDays(180);

    /// <summary>Reads it, or makes a browser that nobody has seen before.</summary>
    public static LoginCaller Of(HttpContext context)
    {
        var address = CallerAddress.Of(context);
        if (!context.Request.Cookies.TryGetValue(Cookie, out var cookie) || cookie.Length is 0 or > LongestCookie) return new LoginCaller(NewBrowser(), address);
        try
        {
            return new LoginCaller(Protector(context).Unprotect(cookie), address);
        }
        catch (CryptographicException)
        {
            return new LoginCaller(NewBrowser(), address);
        }
    }

    /// <summary>Lets the browser be known again, also where WeChat sends a clerk back to.</summary>
    public void Keep(HttpContext context) => context.Response.Cookies.Append(
        Cookie,
        Protector(context).Protect(Browser),
        new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", MaxAge = Life, IsEssential = true });

    public override string ToString() => nameof(LoginCaller);

    private static string NewBrowser() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static IDataProtector Protector(HttpContext context) =>
        context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector("staff.browser");
}
