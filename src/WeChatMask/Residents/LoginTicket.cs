using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace WeChatMask.Residents;

/// <summary>A log-in that a browser has begun, sealed in a cookie of its own: two begun at once do not know of each other.</summary>
/// <param name="State">What WeChat brings back.</param>
/// <param name="ReturnUrl">Where to go afterwards, a path of this site.</param>
/// <param name="ExpiresAt">Until when it is good, by the machine's time.</param>
/// <param name="Purpose">Whom it is for.</param>
/// <param name="StaffId">Who binds an account.</param>
/// <param name="IsSecond">Whether it was begun by itself after another one had come to nothing; no third follows.</param>
internal sealed record LoginTicket(string State, string ReturnUrl, DateTimeOffset ExpiresAt, LoginFor Purpose, long StaffId, bool IsSecond)
{
    private const string Cookie = "wm_login_";
    private const int StateBytes = 16;
    private const int CookieLetters = 8;
    private const int LongestCookie = 4096;

    // A few tabs; over https each of them goes with every call.
    private const int MostAtOnce = 3;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    // The back button is pressed later than that.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>Until when the browser knows where it led.</summary>
    public DateTimeOffset ForgottenAt => ExpiresAt - Life + Remembered;

    public bool IsOver => ExpiresAt < TimeProvider.System.GetUtcNow();

    public static LoginTicket New(string returnUrl, LoginFor purpose, long staffId, bool isSecond) => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(StateBytes)), returnUrl, TimeProvider.System.GetUtcNow() + Life, purpose, staffId, isSecond);

    /// <summary>The one that this browser has begun with a state, or null.</summary>
    public static LoginTicket? Of(HttpContext context, string state) =>
        state.Length == 2 * StateBytes && state.All(char.IsAsciiHexDigitLower) && Read(context, NameOf(state)) is { } ticket
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(ticket.State), Encoding.ASCII.GetBytes(state))
            ? ticket
            : null;

    public void Keep(HttpContext context)
    {
        foreach (var name in context.Request.Cookies.Keys.Where(k => k.StartsWith(Cookie, StringComparison.Ordinal))
                     .OrderByDescending(k => Read(context, k)?.ExpiresAt).Skip(MostAtOnce - 1))
        {
            context.Response.Cookies.Delete(name, Options(context));
        }

        context.Response.Cookies.Append(NameOf(State), Protector(context).Protect(JsonSerializer.Serialize(this)), Options(context));
    }

    private static string NameOf(string state) => Cookie + state[..CookieLetters];

    private static LoginTicket? Read(HttpContext context, string name)
    {
        if (!context.Request.Cookies.TryGetValue(name, out var cookie) || cookie.Length > LongestCookie) return null;
        try
        {
            return JsonSerializer.Deserialize<LoginTicket>(Protector(context).Unprotect(cookie));
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }

    private static IDataProtector Protector(HttpContext context) =>
        context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector("wechat-login");

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/login", MaxAge = Remembered,
    };
}
