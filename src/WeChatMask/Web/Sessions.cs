using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>Who is asking: a resident's account or a member of staff, each by a cookie of its own.</summary>
public static class Sessions
{
    public const string ResidentScheme = "resident";

    public const string StaffScheme = "staff";

    public const string ResidentPolicy = "resident";

    /// <summary>A pharmacy's counter, shelf and lists: its clerks and its lead, never without a pharmacy.</summary>
    public const string ClerkPolicy = "clerk";

    /// <summary>What a pharmacy's lead alone answers for.</summary>
    public const string LeadPolicy = "lead";

    /// <summary>What the city's supervisor alone does.</summary>
    public const string SupervisorPolicy = "supervisor";

    /// <summary>The supervisor's pages and calls: the supervisor all of them, an auditor those that only read, which are asked by GET or HEAD.</summary>
    public const string OversightPolicy = "oversight";

    /// <summary>Who did what.</summary>
    public const string AuditPolicy = "audit";

    /// <summary>Accounts and settings of the whole city.</summary>
    public const string AdministratorPolicy = "administrator";

    /// <summary>Accounts: the administrator's, and a lead's for the own pharmacy, which its rules hold to.</summary>
    public const string AccountsPolicy = "accounts";

    public const string StaffPolicy = "staff";

    /// <summary>What an administrator without a second factor may do too: set one up, and leave.</summary>
    public const string OwnLogInPolicy = "own-log-in";

    /// <summary>Where an administrator without a second factor is sent from everywhere else.</summary>
    public const string SecondFactorPage = "/staff/totp";

    private const string SessionClaim = "session";
    private const string PharmacyClaim = "pharmacy";
    private const string CounterKeyClaim = "counter-key";
    private const string EndClaim = "end";
    private const string SecondFactorClaim = "second-factor";
    private const int CounterKeyBytes = 32;

    /// <summary>Registers both cookies and the policies. Whatever names no policy is refused.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionStore>();
        services.AddAuthentication()
            .AddCookie(StaffScheme, Configure);
        services.AddTransient<ResidentLogIn>().Configure<AuthenticationOptions>(o => o.AddScheme<ResidentLogIn>(ResidentScheme, displayName: null));
        services.AddSingleton<IPolicyEvaluator, ResidentPolicies>().AddAuthorizationBuilder()
            .AddPolicy(ResidentPolicy, p => p.AddAuthenticationSchemes(ResidentScheme).RequireAuthenticatedUser())
            .AddPolicy(ClerkPolicy, p => Of(p, StaffRole.Clerk, StaffRole.PharmacyLead).RequireClaim(PharmacyClaim))
            .AddPolicy(LeadPolicy, p => Of(p, StaffRole.PharmacyLead).RequireClaim(PharmacyClaim))
            .AddPolicy(SupervisorPolicy, p => Of(p, StaffRole.Supervisor))
            .AddPolicy(OversightPolicy, p => Of(p, StaffRole.Supervisor, StaffRole.Auditor).RequireAssertion(ChangesOrOnlyReads))
            .AddPolicy(AuditPolicy, p => Of(p, StaffRole.Supervisor, StaffRole.Auditor, StaffRole.Administrator).RequireAssertion(ChangesOrOnlyReads))
            .AddPolicy(AdministratorPolicy, p => Of(p, StaffRole.Administrator))
            .AddPolicy(AccountsPolicy, p => Of(p, StaffRole.Administrator, StaffRole.PharmacyLead))
            .AddPolicy(StaffPolicy, p => p.AddAuthenticationSchemes(StaffScheme).RequireAuthenticatedUser().RequireAssertion(c => !LacksSecondFactor(c.User)))
            .AddPolicy(OwnLogInPolicy, p => p.AddAuthenticationSchemes(StaffScheme).RequireAuthenticatedUser())
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(ResidentScheme, StaffScheme).RequireAssertion(IsNoRouteOfOurs).Build());
        return services;
    }

    /// <summary>Gives a resident's account the cookie of a session that is written down. No cookie from before the log-in becomes one after it.</summary>
    public static Task SignInResidentAsync(this HttpContext context, NewSession session, long accountId)
    {
        Debug.Assert(session.Kind == SessionKind.Resident && accountId > 0, "The row says whose the session is.");
        ResidentLogIn.Give(context, session.Id);
        return Task.CompletedTask;
    }

    /// <summary>Gives a member of staff the cookie of a session that is written down.</summary>
    public static Task SignInStaffAsync(this HttpContext context, NewSession session, long staffId, string username, StaffRole role, long? pharmacyId, bool secondFactor = false)
    {
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, staffId.ToString(CultureInfo.InvariantCulture)),
            new(ClaimTypes.Name, username),
            new(ClaimTypes.Role, role.ToString()),
            new(SessionClaim, session.Id),
            new(EndClaim, session.ExpiresAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        ];
        if (secondFactor) claims.Add(new(SecondFactorClaim, bool.TrueString));
        if (pharmacyId is { } pharmacy)
        {
            claims.Add(new(PharmacyClaim, pharmacy.ToString(CultureInfo.InvariantCulture)));
            // It lives in the cookie, which only we can read, and so ends with this log-in on every node.
            claims.Add(new(CounterKeyClaim, Convert.ToBase64String(RandomNumberGenerator.GetBytes(CounterKeyBytes))));
        }

        return context.SignInAsync(StaffScheme, Principal(StaffScheme, claims));
    }

    /// <summary>Ends the caller's session on every node, and the cookie.</summary>
    public static async Task SignOutAsync(this HttpContext context, SessionKind kind)
    {
        var user = context.User;
        if (user.FindFirstValue(SessionClaim) is { } id)
        {
            // Whoever wants to leave is let go, also when the browser hangs up meanwhile.
            await context.RequestServices.GetRequiredService<SessionStore>()
                .EndAsync(kind, Number(user, ClaimTypes.NameIdentifier), SessionStore.HashOf(id), CancellationToken.None);
        }

        if (kind == SessionKind.Staff) await context.SignOutAsync(StaffScheme);
        else ResidentLogIn.Forget(context);
    }

    /// <summary>Whether the caller's log-in still stands: for an answer that goes on long after it was asked for.</summary>
    public static Task<bool> StaffSessionStandsAsync(this HttpContext context, CancellationToken cancellationToken) => context.RequestServices.GetRequiredService<SessionStore>()
        .StandsAsync(SessionKind.Staff, Number(context.User, ClaimTypes.NameIdentifier), context.User.FindFirstValue(SessionClaim)!, cancellationToken);

    /// <summary>The hash of the caller's own session, which tells it from the others of a list.</summary>
    public static string SessionHash(this ClaimsPrincipal user) => SessionStore.HashOf(user.FindFirstValue(SessionClaim)!);

    /// <summary>When the log-in of a member of staff ends by itself, in real time.</summary>
    public static DateTimeOffset SessionEnd(this ClaimsPrincipal user) => DateTimeOffset.FromUnixTimeMilliseconds(Number(user, EndClaim));

    /// <summary>The account of a signed-in resident. Call only behind <see cref="ResidentPolicy"/>.</summary>
    public static long AccountId(this ClaimsPrincipal user) => Number(user, ClaimTypes.NameIdentifier);

    /// <summary>The account of whoever asks for a page that is for everybody, or none.</summary>
    public static async Task<long?> ResidentAsync(HttpContext context) =>
        await context.AuthenticateAsync(ResidentScheme) is { Succeeded: true, Principal: { } user } ? user.AccountId() : null;

    /// <summary>The signed-in member of staff. Call only behind a staff policy.</summary>
    public static StaffMember Staff(this ClaimsPrincipal user) => new(
        Number(user, ClaimTypes.NameIdentifier),
        user.FindFirstValue(ClaimTypes.Name)!,
        Enum.Parse<StaffRole>(user.FindFirstValue(ClaimTypes.Role)!),
        user.HasClaim(c => c.Type == PharmacyClaim) ? Number(user, PharmacyClaim) : null);

    /// <summary>The AES-256 key, in base64, under which this log-in's phone keeps what its counter needs without a network.</summary>
    public static string? CounterKey(this ClaimsPrincipal user) => user.FindFirstValue(CounterKeyClaim);

    /// <summary>Tells signed-in callers apart, whichever kind they are.</summary>
    internal static string Key(ClaimsPrincipal user) =>
        $"{user.Identity?.AuthenticationType}:{user.FindFirstValue(ClaimTypes.NameIdentifier)}";

    private static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "wm_staff";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.LoginPath = options.AccessDeniedPath = "/staff/login";
        options.ReturnUrlParameter = "returnUrl";
        options.ExpireTimeSpan = NewSession.LifeOf(SessionKind.Staff);
        options.SlidingExpiration = false;
        // A log-in lasts for real hours, whatever the sandbox's clock is set to.
        options.TimeProvider = TimeProvider.System;
        options.Events.OnValidatePrincipal = ValidateAsync;
        options.Events.OnRedirectToLogin = context => AnswerAsync(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => AnswerAsync(context, StatusCodes.Status403Forbidden);
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var store = context.HttpContext.RequestServices.GetRequiredService<SessionStore>();
        var stands = context.Principal is { } user
            && user.FindFirstValue(SessionClaim) is { } id
            && await store.StandsAsync(SessionKind.Staff, Number(user, ClaimTypes.NameIdentifier), id, context.HttpContext.RequestAborted);
        if (stands) return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    private static AuthorizationPolicyBuilder Of(AuthorizationPolicyBuilder policy, params StaffRole[] roles) =>
        policy.AddAuthenticationSchemes(StaffScheme).RequireRole(roles.Select(r => r.ToString())).RequireAssertion(c => !LacksSecondFactor(c.User));

    // Whoever looks after all accounts is worth a stolen password the most.
    /// <summary>Whether an administrator has yet to set up the second factor, and can go nowhere else.</summary>
    public static bool LacksSecondFactor(ClaimsPrincipal user) => user.IsInRole(nameof(StaffRole.Administrator)) && !user.HasClaim(c => c.Type == SecondFactorClaim);

    // So no page or call of the supervisor's can forget that an auditor changes nothing.
    private static bool ChangesOrOnlyReads(AuthorizationHandlerContext context) =>
        !context.User.IsInRole(nameof(StaffRole.Auditor))
        || (context.Resource is HttpContext { Request.Method: var method } && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)));

    // A path or method that no route has may answer 404 or 405; a route that forgot its policy is refused.
    private static bool IsNoRouteOfOurs(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;

    private static Task AnswerAsync(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (status == StatusCodes.Status403Forbidden && !IsOfPrograms(context.Request.Path) && LacksSecondFactor(context.HttpContext.User)) context.Response.Redirect(SecondFactorPage);
        else SendToLogIn(context.HttpContext, context.Options.LoginPath, status);
        return Task.CompletedTask;
    }

    private static bool IsOfPrograms(PathString path) => path.StartsWithSegments("/api", StringComparison.Ordinal) || Path.HasExtension(path.Value);

    /// <summary>A program is told the status, a person led to where they log in, and back.</summary>
    internal static void SendToLogIn(HttpContext context, PathString logIn, int status)
    {
        var (request, response) = (context.Request, context.Response);
        if (IsOfPrograms(request.Path))
        {
            response.StatusCode = status;
            return;
        }

        var asked = request.PathBase + request.Path + request.QueryString;
        var site = context.RequestServices.GetRequiredService<IOptionsMonitor<SiteSettings>>().CurrentValue;
        response.Redirect(SiteLinks.Home(request, site) + logIn + QueryString.Create("returnUrl", asked));
    }

    internal static ClaimsPrincipal Resident(long accountId, string sessionId) => Principal(
        ResidentScheme, [new(ClaimTypes.NameIdentifier, accountId.ToString(CultureInfo.InvariantCulture)), new(SessionClaim, sessionId)]);

    private static ClaimsPrincipal Principal(string scheme, IEnumerable<Claim> claims) => new(new ClaimsIdentity(claims, scheme));

    private static long Number(ClaimsPrincipal user, string type) =>
        long.Parse(user.FindFirstValue(type)!, CultureInfo.InvariantCulture);
}
