using Microsoft.AspNetCore.Authentication;

namespace WeChatMask.Web;

/// <summary>A resident's log-in: the cookie is the session's random id and says nothing else, so there is no seal to open; the row says whose it is.</summary>
internal sealed class ResidentLogIn(SessionStore sessions) : IAuthenticationHandler
{
    private const string Cookie = "wm_resident";
    private const string LogInPage = "/login";

    // As the framework's own answers that give a log-in, for caches of HTTP/1.0 too.
    private const string NoCache = "no-cache";

    private AuthenticationScheme scheme = null!;
    private HttpContext context = null!;
    private Task<AuthenticateResult>? result;

    /// <summary>Gives the browser the session; it forgets it when it is closed, and no script reads it.</summary>
    public static void Give(HttpContext context, string id)
    {
        context.Response.Cookies.Append(Cookie, id, Options(context));
        var headers = context.Response.Headers;
        (headers.CacheControl, headers.Pragma) = ("no-cache,no-store", NoCache);
    }

    /// <summary>Whether the browser brings one, be it good or not.</summary>
    public static bool IsGiven(HttpContext context) => context.Request.Cookies.ContainsKey(Cookie);

    public static void Forget(HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context));

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        (this.scheme, this.context) = (scheme, context);
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync() => result ??= ReadAsync();

    public Task ChallengeAsync(AuthenticationProperties? properties)
    {
        Sessions.SendToLogIn(context, LogInPage, StatusCodes.Status401Unauthorized);
        return Task.CompletedTask;
    }

    public Task ForbidAsync(AuthenticationProperties? properties)
    {
        Sessions.SendToLogIn(context, LogInPage, StatusCodes.Status403Forbidden);
        return Task.CompletedTask;
    }

    private static CookieOptions Options(HttpContext context) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", IsEssential = true };

    private async Task<AuthenticateResult> ReadAsync()
    {
        if (!context.Request.Cookies.TryGetValue(Cookie, out var id)) return AuthenticateResult.NoResult();
        if (NewSession.IsId(id) && await sessions.SubjectAsync(SessionKind.Resident, id) is { } account)
            return AuthenticateResult.Success(new AuthenticationTicket(Sessions.Resident(account, id), scheme.Name));
        if (!context.Response.HasStarted) Forget(context);
        return AuthenticateResult.Fail("No log-in stands under this id.");
    }
}
