using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WeChatMask.Data;

namespace WeChatMask.Residents;

/// <summary>A place in the line of those who wait to log in, signed in a cookie: nobody can make one or move forward in it.</summary>
/// <param name="Node">Of which line, by a number that a node makes up at its start.</param>
/// <param name="Number">In order of arrival there.</param>
/// <param name="ArrivedAt">By the machine's time; another node puts it among its own by this.</param>
public sealed record LinePlace(int Node, long Number, DateTimeOffset ArrivedAt)
{
    private const string Cookie = "wm_line";
    private const char Mark = '.';
    private const int LongestCookie = 200;

    /// <summary>The browser's own, or null where it has none, it is not ours, or it is over.</summary>
    internal static LinePlace? Of(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(Cookie, out var cookie) || cookie.Length > LongestCookie) return null;
        var end = cookie.LastIndexOf(Mark);
        if (end < 0 || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Signature(context, cookie[..end])), Encoding.UTF8.GetBytes(cookie[(end + 1)..]))) return null;
        var parts = cookie[..end].Split(Mark);
        var place = new LinePlace(
            int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture),
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[2], CultureInfo.InvariantCulture)));
        return context.RequestServices.GetRequiredService<WaitingLine>().IsOver(place) ? null : place;
    }

    internal void Keep(HttpContext context)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Node}{Mark}{Number}{Mark}{ArrivedAt.ToUnixTimeMilliseconds()}");
        context.Response.Cookies.Append(Cookie, $"{text}{Mark}{Signature(context, text)}", Options(context));
    }

    /// <summary>Whoever has gone through has no place any more; the next log-in is a new one.</summary>
    internal static void Forget(HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context));

    private static string Signature(HttpContext context, string text) =>
        context.RequestServices.GetRequiredService<PersonalData>().KeyedHash(HashPurpose.LoginPlace, text);

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/login", MaxAge = WaitingLine.Life,
    };
}
