namespace WeChatMask.BrowserTests.Pages;

/// <summary>Who looks at a page.</summary>
public enum Viewer
{
    /// <summary>Anybody, not logged in.</summary>
    Public,

    /// <summary>A resident who has just opened the account for the first time.</summary>
    Newcomer,

    /// <summary>A resident with a person registered and a booking.</summary>
    Resident,

    /// <summary>Somebody in a long line of those who wait to log in.</summary>
    Waiting,

    /// <summary>The clerk of the first pharmacy.</summary>
    Clerk,

    /// <summary>The supervisor.</summary>
    Supervisor,

    /// <summary>The auditor, who sees the supervisor's pages without what changes anything.</summary>
    Auditor,

    /// <summary>The administrator.</summary>
    Administrator,

    /// <summary>The lead of the first pharmacy.</summary>
    Lead,
}

/// <summary>A moment of the city's day that pages look different at.</summary>
public enum Moment
{
    /// <summary>A day without a round.</summary>
    NoRound,

    /// <summary>A minute before the opening.</summary>
    Announced,

    /// <summary>Shortly after the opening; one pharmacy is paused, one is full.</summary>
    Open,

    /// <summary>Everything is booked and the lists are out.</summary>
    Published,

    /// <summary>The next day in pickup hours; some have collected, one has cancelled.</summary>
    Handout,

    /// <summary>The evening after, when what was not collected has lapsed.</summary>
    Lapsed,
}

/// <summary>A page as somebody sees it at a moment. In the path, {number}, {resident} and {free} stand for the viewer's own, {redeemed} for a booking handed over, {account} for the clerk's account, {case} for the resident's complaint, {flag} for what is odd.</summary>
public sealed record ShownPage(string Path, Viewer Viewer, Moment Moment, int Status = 200)
{
    /// <summary>Every page of the product, in each state that looks different.</summary>
    public static IReadOnlyList<ShownPage> All { get; } =
    [
        new("/", Viewer.Public, Moment.NoRound),
        new("/", Viewer.Public, Moment.Announced),
        new("/", Viewer.Public, Moment.Open),
        new("/", Viewer.Public, Moment.Published),
        new("/", Viewer.Public, Moment.Handout),
        new("/guide", Viewer.Public, Moment.Announced),
        new("/nearby", Viewer.Public, Moment.NoRound),
        new("/nearby", Viewer.Public, Moment.Open),
        new("/nearby", Viewer.Resident, Moment.Published),
        new("/nearby?q=%E6%B9%98%E6%9F%B3", Viewer.Public, Moment.Open),
        new("/nearby?q=nowhere", Viewer.Public, Moment.Open),
        new("/staff/guide", Viewer.Public, Moment.Announced),
        new("/notices", Viewer.Public, Moment.NoRound),
        new("/notices", Viewer.Public, Moment.Handout),
        new("/notices/2020-02-10", Viewer.Public, Moment.Announced),
        new("/notices/2020-02-10", Viewer.Public, Moment.Published),
        new("/notices/2020-02-10?pharmacy=LD03", Viewer.Public, Moment.Lapsed),
        new("/notices/2020-02-10?pharmacy=LD01&find=1", Viewer.Public, Moment.Published),
        new("/notices/2020-02-10?find=nobody", Viewer.Public, Moment.Published),
        new("/notices/2019-01-01", Viewer.Public, Moment.Announced, 404),
        new("/notices/2020-02-10/print", Viewer.Public, Moment.Announced),
        new("/notices/2020-02-10/print", Viewer.Public, Moment.Published),
        new("/notices/2020-02-10/print?pharmacy=LD01", Viewer.Public, Moment.Published),
        new("/notices/2019-01-01/print", Viewer.Public, Moment.Announced, 404),
        new("/check", Viewer.Public, Moment.NoRound),
        new("/check?d=2020-02-10", Viewer.Public, Moment.Announced),
        new("/check?d=2020-02-10&n=9", Viewer.Public, Moment.Published),
        new("/check?n=nothing", Viewer.Public, Moment.Lapsed),
        new("/notices/trends", Viewer.Public, Moment.NoRound),
        new("/notices/trends", Viewer.Public, Moment.Lapsed),
        new("/notices/rules", Viewer.Public, Moment.Announced),
        new("/open-data", Viewer.Public, Moment.Announced),
        new("/complaints", Viewer.Public, Moment.Announced),
        new("/complaints", Viewer.Resident, Moment.Open),
        new("/complaints/new", Viewer.Newcomer, Moment.Announced),
        new("/complaints/new?kind=NotMine", Viewer.Resident, Moment.Handout),
        new("/complaints/{case}", Viewer.Resident, Moment.Handout),
        new("/complaints/10000000009", Viewer.Resident, Moment.Open, 404),
        new("/not-mine", Viewer.Public, Moment.Announced),
        new("/no-such-page", Viewer.Public, Moment.Announced, 404),
        new("/api/public/rounds/2019-01-01.csv", Viewer.Public, Moment.Announced, 404),
        new("/supervisor/no-such-page", Viewer.Supervisor, Moment.Announced, 404),
        new("/api/pharmacy/no-such-call", Viewer.Clerk, Moment.Announced, 404),
        new("/residents", Viewer.Newcomer, Moment.Announced),
        new("/residents", Viewer.Resident, Moment.Open),
        new("/residents/{resident}/remove", Viewer.Resident, Moment.Open),
        new("/residents/{free}/remove", Viewer.Resident, Moment.Open),
        new("/my-data", Viewer.Newcomer, Moment.Announced),
        new("/my-data", Viewer.Resident, Moment.Open),
        new("/my-data", Viewer.Resident, Moment.Lapsed),
        new("/my-data/erase", Viewer.Resident, Moment.Open),
        new("/my-data/erase", Viewer.Resident, Moment.Lapsed),
        new("/book", Viewer.Newcomer, Moment.Open),
        new("/book", Viewer.Newcomer, Moment.NoRound),
        new("/book", Viewer.Resident, Moment.Announced),
        new("/book", Viewer.Resident, Moment.Open),
        new("/book", Viewer.Resident, Moment.Published),
        new("/bookings", Viewer.Newcomer, Moment.Announced),
        new("/bookings", Viewer.Resident, Moment.Handout),
        new("/bookings/{number}", Viewer.Resident, Moment.Open),
        new("/bookings/{number}", Viewer.Resident, Moment.Handout),
        new("/bookings/{number}", Viewer.Resident, Moment.Lapsed),
        new("/bookings/{number}/print", Viewer.Resident, Moment.Handout),
        new("/bookings/{number}/print", Viewer.Resident, Moment.Lapsed),
        new("/bookings/{number}/proof", Viewer.Resident, Moment.Open),
        new("/bookings/{number}/proof", Viewer.Resident, Moment.Handout),
        new("/bookings/10000000009/proof", Viewer.Resident, Moment.Open, 404),
        new("/bookings/{number}/cancel", Viewer.Resident, Moment.Open),
        new("/bookings/{number}/cancel", Viewer.Resident, Moment.Handout),
        new("/bookings/10000000009", Viewer.Resident, Moment.Open, 404),
        new("/staff/login", Viewer.Public, Moment.Announced),
        new("/staff/welcome", Viewer.Public, Moment.Announced, 410),
        new("/pharmacy", Viewer.Clerk, Moment.Announced),
        new("/pharmacy", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/proxy", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/void/{redeemed}", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/scan", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/holder", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/offline", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/lists/2020-02-10", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/lists/2020-02-10", Viewer.Clerk, Moment.Open, 404),
        new("/pharmacy/lists", Viewer.Clerk, Moment.Announced),
        new("/pharmacy/lists", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/pause", Viewer.Clerk, Moment.Announced),
        new("/pharmacy/pause", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/count", Viewer.Clerk, Moment.Announced),
        new("/pharmacy/count", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/stock?kind=loss", Viewer.Clerk, Moment.Handout),
        new("/pharmacy/stock", Viewer.Clerk, Moment.Announced),
        new("/pharmacy/stock", Viewer.Clerk, Moment.Handout),
        new("/supervisor", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor", Viewer.Supervisor, Moment.Open),
        new("/supervisor", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/pharmacies", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor/pharmacies?order=left", Viewer.Supervisor, Moment.Open),
        new("/supervisor/pharmacies?q=nowhere", Viewer.Auditor, Moment.Handout),
        new("/supervisor/live", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor/live", Viewer.Auditor, Moment.Open),
        new("/supervisor/live?display=1", Viewer.Supervisor, Moment.Open),
        new("/supervisor/today", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor/today?order=code", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/today?q=nowhere", Viewer.Auditor, Moment.Handout),
        new("/supervisor/today", Viewer.Auditor, Moment.Lapsed),
        new("/supervisor/rounds", Viewer.Supervisor, Moment.Lapsed),
        new("/supervisor/jobs", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/log", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor/log", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/log", Viewer.Auditor, Moment.Handout),
        new("/supervisor/messages", Viewer.Supervisor, Moment.Handout),
        new("/staff/menu", Viewer.Supervisor, Moment.Open),
        new("/staff/menu", Viewer.Clerk, Moment.Handout),
        new("/staff/menu", Viewer.Lead, Moment.Open),
        new("/staff/menu", Viewer.Administrator, Moment.Open),
        new("/supervisor/flags", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor/flags", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/flags?state=all", Viewer.Auditor, Moment.Lapsed),
        new("/supervisor/flags?q=nowhere", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/flags/{flag}", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/flags/{flag}", Viewer.Auditor, Moment.Lapsed),
        new("/supervisor/flags/1", Viewer.Supervisor, Moment.Open, 404),
        new("/supervisor/cases", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor/cases", Viewer.Supervisor, Moment.Open),
        new("/supervisor/cases?state=all", Viewer.Auditor, Moment.Lapsed),
        new("/supervisor/cases?q=nowhere", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/violations", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/violations", Viewer.Auditor, Moment.Announced),
        new("/supervisor/cases/new", Viewer.Supervisor, Moment.Open),
        new("/supervisor/cases/{case}", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/cases/{case}", Viewer.Auditor, Moment.Open),
        new("/supervisor/cases/10000000009", Viewer.Supervisor, Moment.Open, 404),
        new("/pharmacy/cases", Viewer.Lead, Moment.Announced),
        new("/pharmacy/cases", Viewer.Lead, Moment.Handout),
        new("/supervisor/offline", Viewer.Supervisor, Moment.NoRound),
        new("/supervisor/offline", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/stock", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/wechat", Viewer.Supervisor, Moment.Open),
        new("/supervisor/provisional/2020-02-10", Viewer.Supervisor, Moment.Open),
        new("/supervisor/posters", Viewer.Supervisor, Moment.Open),
        new("/supervisor/posters/LD01", Viewer.Supervisor, Moment.Open, 404),
        new("/login/ways?returnUrl=%2Fbook", Viewer.Public, Moment.Announced),
        new("/login/phone?returnUrl=%2Fbook", Viewer.Public, Moment.Announced),
        new("/login/line?returnUrl=%2Fbook", Viewer.Waiting, Moment.Open),
        new("/login/line?returnUrl=%2Fbook", Viewer.Public, Moment.Open, 400),
        new("/book?pharmacy=LD02", Viewer.Resident, Moment.Open),
        new("/supervisor/policy", Viewer.Supervisor, Moment.Open),
        new("/supervisor/policy?done=true", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/void", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/annul", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/levers", Viewer.Supervisor, Moment.Open),
        new("/supervisor/levers", Viewer.Auditor, Moment.Handout),
        new("/supervisor/lists", Viewer.Supervisor, Moment.Open),
        new("/supervisor/pharmacies/new", Viewer.Supervisor, Moment.Open),
        new("/supervisor/pharmacies/LD01", Viewer.Supervisor, Moment.Open),
        new("/supervisor/plan", Viewer.Supervisor, Moment.Open),
        new("/supervisor/plan?date=2020-02-10", Viewer.Supervisor, Moment.Open),
        new("/supervisor/plan?q=nowhere", Viewer.Auditor, Moment.Handout),
        new("/supervisor", Viewer.Auditor, Moment.Handout),
        new("/supervisor/policy", Viewer.Auditor, Moment.Open),
        new("/supervisor/audit", Viewer.Supervisor, Moment.Handout),
        new("/supervisor/audit?from=2019-01-01&to=2019-01-02", Viewer.Auditor, Moment.Handout),
        new("/supervisor/audit?from=2020-02-11&to=2020-02-10&do=list.read", Viewer.Administrator, Moment.Open, 422),
        new("/administrator", Viewer.Administrator, Moment.Open),
        new("/staff/accounts", Viewer.Administrator, Moment.Open),
        new("/staff/accounts?q=ld01", Viewer.Administrator, Moment.Open),
        new("/staff/accounts", Viewer.Lead, Moment.Open),
        new("/staff/accounts/{account}", Viewer.Administrator, Moment.Open),
        new("/staff/accounts/{account}", Viewer.Lead, Moment.Open),
        new("/staff/me", Viewer.Clerk, Moment.Open),
        new("/staff/me", Viewer.Administrator, Moment.Open),
        new("/staff/totp", Viewer.Clerk, Moment.Open),
        new("/staff/totp", Viewer.Administrator, Moment.Open),
        new("/staff/code", Viewer.Public, Moment.Announced),
        new("/sandbox", Viewer.Public, Moment.Announced),
        new("/sandbox", Viewer.Public, Moment.Handout),
        new("/sandbox/cheat", Viewer.Public, Moment.Announced),
        new("/login?returnUrl=%2Fbook", Viewer.Public, Moment.Announced),
    ];

    /// <summary>The same, one viewer at one moment after the other.</summary>
    public static IReadOnlyList<ShownPage> ByViewer { get; } = [.. All.OrderBy(p => p.Moment).ThenBy(p => p.Viewer)];

    /// <summary>Whether people of the city see it. The sandbox is a page for developers, who need no large type and have wide screens.</summary>
    public bool IsOfTheSandbox => Path.StartsWith("/sandbox", StringComparison.Ordinal) || Path.StartsWith("/login?", StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => $"{Path} ({Viewer}, {Moment})";
}
