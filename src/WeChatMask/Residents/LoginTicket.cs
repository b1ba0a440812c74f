using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WeChatMask.Data;

namespace WeChatMask.Residents;

/// <summary>A log-in that a browser has begun, signed in a cookie of its own: two begun at once do not know of each other.</summary>
/// <remarks>Signed and not sealed, since nothing in it is a secret to its own browser: a whole city comes within a minute, and a seal costs ten times as much.</remarks>
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
    private const char Mark = '.';

    // A few tabs; over https each of them goes with every call.
    private const int MostAtOnce = 3;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    // The back button is pressed later than that.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>Until when the browser knows where it led.</summary>
    public DateTimeOffset ForgottenAt => ExpiresAt - Life + Remembered;

    /// <summary>How long ago it was begun.</summary>
    public TimeSpan Age => TimeProvider.System.GetUtcNow() - (ExpiresAt - Life);

    public bool IsOver => ExpiresAt < TimeProvider.System.GetUtcNow();

    public static LoginTicket New(string returnUrl, LoginFor purpose, long staffId, bool isSecond) => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(StateBytes)), returnUrl, TimeProvider.System.GetUtcNow() + Life, purpose, staffId, isSecond);

    /// <summary>The one that this browser has begun with a state, or null.</summary>
    public static LoginTicket? Of(HttpContext context, string state)
    {
        if (state.Length != 2 * StateBytes || !state.All(char.IsAsciiHexDigitLower)) return null;
        if (!context.Request.Cookies.TryGetValue(NameOf(state), out var cookie) || cookie.Length > LongestCookie) return null;
        var end = cookie.LastIndexOf(Mark);
        return end > 0 && Read(state, cookie[..end]) is { } ticket && HasSigned(Signature(context, state, cookie[..end]), cookie.AsSpan(end + 1)) ? ticket : null;
    }

    public void Keep(HttpContext context)
    {
        foreach (var name in context.Request.Cookies.Keys.Where(k => k.StartsWith(Cookie, StringComparison.Ordinal))
                     .OrderByDescending(k => Begun(context.Request.Cookies[k]!)).Skip(MostAtOnce - 1))
        {
            context.Response.Cookies.Delete(name, Options(context));
        }

        var text = string.Join(Mark, ExpiresAt.ToUnixTimeMilliseconds(), (int)Purpose, StaffId, IsSecond ? 1 : 0, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(ReturnUrl)));
        context.Response.Cookies.Append(NameOf(State), $"{text}{Mark}{Signature(context, State, text)}", Options(context));
    }

    private static string NameOf(string state) => Cookie + state[..CookieLetters];

    // Only to say which of the browser's own is the oldest, so whoever forges it deceives themselves.
    private static long Begun(string cookie) =>
        long.TryParse(cookie.AsSpan(0, Math.Max(0, cookie.IndexOf(Mark, StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var end) ? end : 0;

    // What it says, before anybody has looked whether we said so.
    private static LoginTicket? Read(string state, string text)
    {
        if (text.Split(Mark) is not [var end, var purpose, var staff, var second, var returnUrl]) return null;
        return long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var expires) && expires < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            && Enum.TryParse<LoginFor>(purpose, out var who) && long.TryParse(staff, NumberStyles.None, CultureInfo.InvariantCulture, out var staffId)
            && Base64Url.IsValid(returnUrl)
            ? new LoginTicket(state, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(returnUrl)), DateTimeOffset.FromUnixTimeMilliseconds(expires), who, staffId, second == "1")
            : null;
    }

    private static string Signature(HttpContext context, string state, string text) =>
        context.RequestServices.GetRequiredService<PersonalData>().KeyedHash(HashPurpose.LoginTicket, $"{state}{Mark}{text}");

    private static bool HasSigned(string right, ReadOnlySpan<char> given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(right), Encoding.UTF8.GetBytes(given.ToString()));

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/login", MaxAge = Remembered,
    };
}
