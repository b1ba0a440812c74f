using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.OfficialAccount;
using WeChatMask.Settings;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>Log-in by WeChat: out to its page with a random state, back with a code that WeChat turns into an openid.</summary>
/// <remarks>
/// The state is bound to the browser by a sealed cookie, lives ten minutes and is good once, on whichever node. Where to go
/// afterwards is in that cookie, not in the address, and only ever a path of this site.
/// </remarks>
public static partial class LoginEndpoints
{
    private const string StateCookie = "wm_login";
    private static readonly TimeSpan StateLife = TimeSpan.FromMinutes(10);

    internal static IResult Start(
        HttpContext context, IOptionsMonitor<SiteSettings> site)
    {
        var returnUrl = SiteLinks.LocalPath(context.Request.Query["returnUrl"].ToString());
        if (site.CurrentValue.LoginChoice && !IsInWeChat(context.Request)) return TypedResults.LocalRedirect($"/login/ways?returnUrl={Uri.EscapeDataString(returnUrl)}");
        return TypedResults.Redirect(Begin(context, returnUrl));
    }

    /// <summary>Ties a new log-in to the browser and gives WeChat's address for it.</summary>
    internal static string Begin(HttpContext context, string returnUrl, LoginFor purpose = LoginFor.Resident, long staffId = 0)
    {
        var services = context.RequestServices;
        var state = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var ticket = new LoginTicket(state, returnUrl, TimeProvider.System.GetUtcNow() + StateLife, purpose, staffId);
        var sealedTicket = Protector(services.GetRequiredService<IDataProtectionProvider>()).Protect(JsonSerializer.Serialize(ticket));
        context.Response.Cookies.Append(StateCookie, sealedTicket, CookieOptions(context));
        // The state cookie lies with the host that was asked.
        var home = SiteLinks.Home(context.Request, services.GetRequiredService<IOptionsMonitor<SiteSettings>>().CurrentValue);
        return OAuthLinks.Authorize(services.GetRequiredService<IOptionsMonitor<WeChatSettings>>().CurrentValue, $"{home}/login/callback", state);
    }

    internal static async Task<IResult> FinishAsync(
        HttpContext context, IDataProtectionProvider protection, WeChatClient weChat, LoginStore store, PersonalData personal,
        ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var code = context.Request.Query["code"].ToString();
        var state = context.Request.Query["state"].ToString();
        var ticket = ReadTicket(context, protection);
        context.Response.Cookies.Delete(StateCookie, CookieOptions(context));
        if (ticket is null || code.Length is 0 or > 512 || ticket.ExpiresAt < TimeProvider.System.GetUtcNow() || !Same(ticket.State, state))
            return new LoginAgain(StatusCodes.Status400BadRequest, "invalid_state");
        try
        {
            var identity = await weChat.ExchangeCodeAsync(code, cancellationToken);
            // A snapshot user's openid is made up by WeChat and belongs to nobody.
            if (identity.IsSnapshotUser) return new LoginAgain(StatusCodes.Status403Forbidden, "snapshot_user");
            if (ticket.Purpose != LoginFor.Resident)
                return await StaffWeChat.FinishAsync(context, ticket, personal.KeyedHash(HashPurpose.LoginState, state), identity.OpenId, cancellationToken) ?? new LoginAgain(StatusCodes.Status400BadRequest, "invalid_state");
            // After the exchange, in one transaction with the account: the code itself is good once, and a log-in costs one write.
            var session = NewSession.Of(context, SessionKind.Resident);
            var account = await store.FinishAsync(personal.KeyedHash(HashPurpose.LoginState, state), ticket.ExpiresAt, identity.OpenId, session, cancellationToken);
            if (account is not { } id) return new LoginAgain(StatusCodes.Status400BadRequest, "invalid_state");
            await context.SignInResidentAsync(session, id);
            return TypedResults.LocalRedirect(ticket.ReturnUrl);
        }
        catch (WeChatApiException e)
        {
            LogRefusal(logs.CreateLogger("WeChatMask.Login"), e.ErrorCode);
            return e.IsTransient
                ? new LoginAgain(StatusCodes.Status503ServiceUnavailable, "wechat_unavailable")
                : new LoginAgain(StatusCodes.Status400BadRequest, "invalid_code");
        }
    }

    /// <summary>The code that opens the account's chat, for phones beside the screen.</summary>
    internal static async Task<IResult> AccountCodeAsync(HttpContext context, SceneStore scenes, CancellationToken cancellationToken)
    {
        if (await scenes.UrlAsync(SceneStore.Site, cancellationToken) is not { } url) return TypedResults.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Text(QrPicture.Svg(url), "image/svg+xml");
    }

    private static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("wechat-login");

    private static LoginTicket? ReadTicket(HttpContext context, IDataProtectionProvider protection)
    {
        if (!context.Request.Cookies.TryGetValue(StateCookie, out var cookie) || cookie.Length > 4096) return null;
        try
        {
            return JsonSerializer.Deserialize<LoginTicket>(Protector(protection).Unprotect(cookie));
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }

    private static bool Same(string expected, string given) =>
        expected.Length == given.Length && CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.ASCII.GetBytes(expected), System.Text.Encoding.ASCII.GetBytes(given));

    // WeChat's own browser names itself so, on every kind of phone.
    private static bool IsInWeChat(HttpRequest request) =>
        request.Headers.UserAgent.ToString().Contains("MicroMessenger", StringComparison.OrdinalIgnoreCase);

    private static CookieOptions CookieOptions(HttpContext context) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/login", MaxAge = StateLife,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "WeChat refused a log-in code with {ErrorCode}")]
    private static partial void LogRefusal(ILogger log, int errorCode);

    internal sealed record LoginTicket(string State, string ReturnUrl, DateTimeOffset ExpiresAt, LoginFor Purpose = LoginFor.Resident, long StaffId = 0);

    private sealed class LoginAgain(int status, string code) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return Errors.WriteAsync(httpContext, code);
        }
    }
}
