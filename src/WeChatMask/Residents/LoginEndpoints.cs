using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.OfficialAccount;
using WeChatMask.Settings;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Residents;

/// <summary>Log-in by WeChat: out to its page with a random state, back with a code that WeChat turns into an openid.</summary>
/// <remarks>
/// The state is bound to the browser by a signed cookie, lives ten minutes and is good once, on whichever node. Where to go
/// afterwards is in that cookie, not in the address, and only ever a path of this site. Who comes back with it a second time, by
/// the back button or since WeChat has asked twice, goes on as who they are, or logs in anew, once and by itself.
/// </remarks>
public static partial class LoginEndpoints
{
    /// <summary>Where a log-in begins.</summary>
    public const string StartPath = "/login";

    private const int LongestCode = 512;

    internal static async Task<IResult> StartAsync(HttpContext context, WaitingLine line, IOptionsMonitor<SiteSettings> site) =>
        Start(context, line, site.CurrentValue, isKnown: await AccountAsync(context) is not null);

    /// <summary>Answers at the door who comes to log in and brings no log-in, and who has to wait on: all of those who come to a full city, again and again.</summary>
    public static void UseLine(this WebApplication app)
    {
        var line = app.Services.GetRequiredService<WaitingLine>();
        var site = app.Services.GetRequiredService<IOptionsMonitor<SiteSettings>>();
        var limits = app.Services.GetRequiredService<RateLimits>();
#pragma warning disable MA0022 // Null is the word that the route has to answer.
        app.UseSharedAnswer(StartPath, context => ResidentLogIn.IsGiven(context) || !limits.TakeByAddress(context) ? null : AnswerAsync(context, Start(context, line, site.CurrentValue, isKnown: false)));
        app.UseSharedAnswer(LinePage.Path, context =>
            LinePlace.Of(context) is { } place && line.Ask(place) is { IsNow: false } turn ? AnswerAsync(context, new LinePage(turn, ReturnUrl(context))) : null);
#pragma warning restore MA0022
    }

    private static Task AnswerAsync(HttpContext context, IResult answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        return answer.ExecuteAsync(context);
    }

    private static IResult Start(HttpContext context, WaitingLine line, SiteSettings site, bool isKnown)
    {
        var returnUrl = ReturnUrl(context);
        if (site.LoginChoice && !IsInWeChat(context.Request)) return LocalRedirects.To($"/login/ways?returnUrl={Uri.EscapeDataString(returnUrl)}");
        var place = LinePlace.Of(context);
        var turn = line.Ask(place);
        // Whoever is logged in has waited before.
        if (turn.IsNow || isKnown) return GoThrough(context, line, place, returnUrl);
        if (place is null) turn.Place.Keep(context);
        return LocalRedirects.To(LinePage.AddressOf(returnUrl));
    }

    /// <summary>Where people wait to log in, and whence they go on.</summary>
    internal static IResult Wait(HttpContext context, WaitingLine line)
    {
        var returnUrl = ReturnUrl(context);
        // None, or a browser that keeps no cookies: sent back it would go round for ever.
        if (LinePlace.Of(context) is not { } place)
            return new LoginAgain(StatusCodes.Status400BadRequest, "no_place", LoginTicket.New(returnUrl, LoginFor.Resident, 0, isSecond: false));
        var turn = line.Ask(place);
        return turn.IsNow ? GoThrough(context, line, place, returnUrl) : new LinePage(turn, returnUrl);
    }

    private static RedirectHttpResult GoThrough(HttpContext context, WaitingLine line, LinePlace? place, string returnUrl)
    {
        line.GoThrough();
        if (place is not null) LinePlace.Forget(context);
        return TypedResults.Redirect(Begin(context, returnUrl));
    }

    private static string ReturnUrl(HttpContext context) => SiteLinks.LocalPath(context.Request.Query["returnUrl"].ToString());

    /// <summary>Ties a new log-in to the browser and gives WeChat's address for it.</summary>
    internal static string Begin(HttpContext context, string returnUrl, LoginFor purpose = LoginFor.Resident, long staffId = 0, bool isSecond = false)
    {
        var services = context.RequestServices;
        var ticket = LoginTicket.New(returnUrl, purpose, staffId, isSecond);
        ticket.Keep(context);
        // The state cookie lies with the host that was asked.
        var home = SiteLinks.Home(context.Request, services.GetRequiredService<IOptionsMonitor<SiteSettings>>().CurrentValue);
        return OAuthLinks.Authorize(services.GetRequiredService<IOptionsMonitor<WeChatSettings>>().CurrentValue, $"{home}/login/callback", ticket.State);
    }

    internal static async Task<IResult> FinishAsync(
        HttpContext context, WeChatClient weChat, LoginStore store, WaitingLine line, PersonalData personal, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var code = context.Request.Query["code"].ToString();
        var state = context.Request.Query["state"].ToString();
        // Another browser's, or so old that nobody knows where to: whoever is logged in stays that, and nobody becomes it.
        if (LoginTicket.Of(context, state) is not { } ticket)
            return await AccountAsync(context) is null ? new LoginAgain(StatusCodes.Status400BadRequest, "invalid_state") : LocalRedirects.To("/");
        var stateHash = personal.KeyedHash(HashPurpose.LoginState, state);
        if (!ticket.IsOver) line.Back(ticket.Age);
        // Whoever has no log-in here has not come back with one: the state is looked at with the write that spends it.
        if (ticket.IsOver || await PresentAsync(context, ticket) is not null)
        {
            var spentBy = await store.SpentByAsync(stateHash, cancellationToken);
            if (spentBy is not null || ticket.IsOver) return await GoOnAsync(context, ticket, spentBy, "invalid_state");
        }

        if (code.Length is 0 or > LongestCode) return new LoginAgain(StatusCodes.Status400BadRequest, "invalid_state", ticket);
        try
        {
            var identity = await weChat.ExchangeCodeAsync(code, cancellationToken);
            // A snapshot user's openid is made up by WeChat and belongs to nobody.
            if (identity.IsSnapshotUser) return new LoginAgain(StatusCodes.Status403Forbidden, "snapshot_user", ticket);
            using var work = line.Begin();
            return await LogInAsync(context, store, ticket, stateHash, identity.OpenId, cancellationToken)
                ?? await GoOnAsync(context, ticket, await store.SpentByAsync(stateHash, cancellationToken), "invalid_state");
        }
        catch (WeChatApiException e)
        {
            LogRefusal(logs.CreateLogger("WeChatMask.Login"), e.ErrorCode);
            // A code that WeChat has brought twice at once was used a moment before.
            return e.IsTransient
                ? new LoginAgain(StatusCodes.Status503ServiceUnavailable, "wechat_unavailable", ticket)
                : await GoOnAsync(context, ticket, await store.SpentByAsync(stateHash, cancellationToken), "invalid_code");
        }
    }

    /// <summary>The code that opens the account's chat, for phones beside the screen.</summary>
    internal static async Task<IResult> AccountCodeAsync(HttpContext context, SceneStore scenes, CancellationToken cancellationToken)
    {
        if (await scenes.UrlAsync(SceneStore.Site, cancellationToken) is not { } url) return TypedResults.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Text(QrPicture.Svg(url), "image/svg+xml");
    }

    /// <summary>Null when the state was spent before.</summary>
    private static async Task<IResult?> LogInAsync(
        HttpContext context, LoginStore store, LoginTicket ticket, string stateHash, string openId, CancellationToken cancellationToken)
    {
        if (ticket.Purpose != LoginFor.Resident) return await StaffWeChat.FinishAsync(context, ticket, stateHash, openId, cancellationToken);
        // After the exchange, in one transaction with the account: the code itself is good once, and a log-in costs one write.
        var session = NewSession.Of(context, SessionKind.Resident);
        if (await store.FinishAsync(stateHash, ticket.ForgottenAt, openId, session, cancellationToken) is not { } account) return null;
        await context.SignInResidentAsync(session, account);
        return LocalRedirects.To(ticket.ReturnUrl);
    }

    // What has come to nothing: whoever it logged in goes on, everybody else begins anew, and that once.
    private static async Task<IResult> GoOnAsync(HttpContext context, LoginTicket ticket, long? spentBy, string code)
    {
        var present = await PresentAsync(context, ticket);
        if (present is { } somebody && somebody == spentBy) return LocalRedirects.To(ticket.ReturnUrl);
        if (ticket.IsSecond || (ticket.Purpose == LoginFor.Binding && present != ticket.StaffId)) return new LoginAgain(StatusCodes.Status400BadRequest, code, ticket);
        return TypedResults.Redirect(Begin(context, ticket.ReturnUrl, ticket.Purpose, ticket.StaffId, isSecond: true));
    }

    private static Task<long?> PresentAsync(HttpContext context, LoginTicket ticket) =>
        ticket.Purpose == LoginFor.Resident ? AccountAsync(context) : StaffWeChat.IdAsync(context);

    private static async Task<long?> AccountAsync(HttpContext context) => (await context.AuthenticateAsync(Sessions.ResidentScheme)).Principal?.AccountId();

    // WeChat's own browser names itself so, on every kind of phone.
    private static bool IsInWeChat(HttpRequest request) =>
        request.Headers.UserAgent.ToString().Contains("MicroMessenger", StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "WeChat refused a log-in code with {ErrorCode}")]
    private static partial void LogRefusal(ILogger log, int errorCode);

    private sealed class LoginAgain(int status, string code, LoginTicket? ticket = null) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            if (ticket is not null) ErrorPage.OfferLogin(httpContext, ticket.Purpose switch
            {
                LoginFor.Clerk => "/staff/wechat",
                LoginFor.Binding => ticket.ReturnUrl,
                _ => $"/login?returnUrl={Uri.EscapeDataString(ticket.ReturnUrl)}",
            });
            return Errors.WriteAsync(httpContext, code);
        }
    }
}
