using System.Buffers;
using System.Security.Cryptography;
using WeChatMask.Data;

namespace WeChatMask.Web;

/// <summary>A log-in about to be granted. Its id goes into the cookie and nowhere else.</summary>
public sealed record NewSession(SessionKind Kind, string Id, string Browser, DateTimeOffset CreatedAt)
{
    private const int IdBytes = 32;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    // Absolute, in real time: being active does not lengthen them.
    private static readonly TimeSpan ResidentLife = TimeSpan.FromDays(30);
    private static readonly TimeSpan StaffLife = TimeSpan.FromHours(12);

    private static readonly (string Mark, string Name)[] Browsers =
        [("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux")];

    public string Hash { get; } = SessionStore.HashOf(Id);

    public DateTimeOffset ExpiresAt => CreatedAt + LifeOf(Kind);

    /// <summary>One for whoever asks, named after the browser in few words.</summary>
    public static NewSession Of(HttpContext context, SessionKind kind) => new(
        kind, RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true), BrowserOf(context.Request.Headers.UserAgent.ToString()),
        context.RequestServices.GetRequiredService<MachineClock>().Time.GetUtcNow());

    /// <summary>Whether a cookie holds what could be an id: nothing else is asked of the database.</summary>
    internal static bool IsId(string text) => text.Length == 2 * IdBytes && !text.AsSpan().ContainsAnyExcept(Hexadecimal);

    public override string ToString() => $"{Kind}, {Browser}";

    internal static TimeSpan LifeOf(SessionKind kind) => kind == SessionKind.Staff ? StaffLife : ResidentLife;

    internal static string BrowserOf(string userAgent)
    {
        string Named((string Mark, string Name)[] names) => Array.Find(names, n => userAgent.Contains(n.Mark, StringComparison.Ordinal)).Name;
        return string.Join(", ", new[] { Named(Browsers), Named(Systems) }.Where(n => n is not null));
    }
}
