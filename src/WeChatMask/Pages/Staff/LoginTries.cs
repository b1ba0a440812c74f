using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using WeChatMask.City;

namespace WeChatMask.Pages.Staff;

/// <summary>
/// How often this browser got a name's password wrong, kept by the browser itself in a sealed cookie. It lets the page
/// say until when a log-in is locked without asking whether the name exists: a made-up name fares the same. The lock
/// itself is the database's.
/// </summary>
/// <param name="Failures">Wrong passwords in a row.</param>
/// <param name="LockedUntil">Until when the name is taken to be locked, or null.</param>
public sealed record LoginTries(int Failures, DateTimeOffset? LockedUntil)
{
    private const string Cookie = "wm_staff_tries";
    private const string Purpose = "staff.login.tries";

    /// <summary>Counts one more failure of a name and gives back what there is by now.</summary>
    public static LoginTries Add(HttpContext context, string username, DateTimeOffset now)
    {
        var protector = context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(Purpose);
        var name = Fingerprint(username);
        var tries = Read(context.Request.Cookies[Cookie], protector, name, now).Next(now);
        var text = string.Create(CultureInfo.InvariantCulture, $"{name}|{tries.Failures}|{tries.LockedUntil?.ToUnixTimeMilliseconds() ?? 0}");
        context.Response.Cookies.Append(Cookie, protector.Protect(text), Options(context));
        return tries;
    }

    public static void Clear(HttpContext context)
    {
        if (context.Request.Cookies.ContainsKey(Cookie)) context.Response.Cookies.Delete(Cookie, Options(context));
    }

    private LoginTries Next(DateTimeOffset now)
    {
        if (LockedUntil is not null) return this;
        return Failures + 1 >= StaffStore.MostFailures ? new LoginTries(0, now + StaffStore.LockTime) : new LoginTries(Failures + 1, null);
    }

    private static LoginTries Read(string? cookie, IDataProtector protector, string name, DateTimeOffset now)
    {
        var none = new LoginTries(0, null);
        if (cookie is null) return none;
        string[] parts;
        try
        {
            parts = protector.Unprotect(cookie).Split('|');
        }
        catch (CryptographicException)
        {
            return none;
        }

        if (parts.Length != 3 || parts[0] != name) return none;
        var until = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[2], CultureInfo.InvariantCulture));
        if (until > now) return new LoginTries(0, until);
        return new LoginTries(int.Parse(parts[1], CultureInfo.InvariantCulture), null);
    }

    // People type passwords into the wrong field, so the name itself is not kept.
    private static string Fingerprint(string username) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(StaffStore.Normal(username))).AsSpan(0, 16));

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/staff/login", IsEssential = true,
        MaxAge = StaffStore.LockTime,
    };
}
