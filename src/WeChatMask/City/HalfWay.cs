using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace WeChatMask.City;

/// <summary>Somebody whose password, or account of WeChat, was right and whose code is still asked for. The browser keeps it sealed for five minutes; it opens nothing by itself.</summary>
/// <param name="Id">The account.</param>
/// <param name="Stamp">Ends it when the password changes.</param>
/// <param name="Target">Where to go afterwards.</param>
public sealed record HalfWay(long Id, string Stamp, string Target)
{
    public const string Address = "/staff/code";

    private const string Cookie = "wm_staff_code";
    private const string Purpose = "staff.code";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    public void Keep(HttpContext context) =>
        context.Response.Cookies.Append(Cookie, Protector(context).Protect(JsonSerializer.Serialize(this), Life), Options(context));

    public static HalfWay? Of(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(Cookie, out var cookie) || cookie.Length > 4096) return null;
        try
        {
            return JsonSerializer.Deserialize<HalfWay>(Protector(context).Unprotect(cookie));
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context));

    private static ITimeLimitedDataProtector Protector(HttpContext context) =>
        context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(Purpose).ToTimeLimitedDataProtector();

    private static CookieOptions Options(HttpContext context) => new()
    {
        // Lax: who comes back from WeChat comes from another site.
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = Address, MaxAge = Life, IsEssential = true,
    };
}
