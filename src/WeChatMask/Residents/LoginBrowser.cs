using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace WeChatMask.Residents;

/// <summary>The browser that asks for log-in codes, known again by a sealed cookie; beside it the hashes of numbers that have logged in there.</summary>
public sealed record LoginBrowser(string Id, IReadOnlyList<string> Numbers)
{
    private const string Cookie = "wm_browser";
    private const int LongestCookie = 4096;

    // A family's phone; the one that logged in longest ago is forgotten first.
    private const int MostNumbers = 6;
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    public bool Knows(string mobileHash) => Numbers.Contains(mobileHash, StringComparer.Ordinal);

    public LoginBrowser With(string mobileHash) => this with { Numbers = [mobileHash, .. Numbers.Where(n => n != mobileHash).Take(MostNumbers - 1)] };

    /// <summary>Reads it, or makes one that nobody has seen before.</summary>
    public static LoginBrowser Of(HttpContext context, IDataProtectionProvider protection)
    {
        try
        {
            if (context.Request.Cookies.TryGetValue(Cookie, out var cookie) && cookie.Length <= LongestCookie
                && JsonSerializer.Deserialize<LoginBrowser>(Protector(protection).Unprotect(cookie)) is { Id.Length: > 0, Numbers: not null } known)
            {
                return known;
            }
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            // Not ours, or of keys that are gone: a new one.
        }

        return new LoginBrowser(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), []);
    }

    public void Keep(HttpContext context, IDataProtectionProvider protection) => context.Response.Cookies.Append(
        Cookie,
        Protector(protection).Protect(JsonSerializer.Serialize(this)),
        new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/login", MaxAge = Life });

    /// <summary>Without the numbers' hashes.</summary>
    public override string ToString() => nameof(LoginBrowser);

    private static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("login-browser");
}
