using System.Globalization;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Operations;

/// <summary>The accounts of staff from a shell: who may run commands on the city's machine may do all of it.</summary>
public sealed class StaffCommands(
    StaffAccountStore store, StaffAccountQueries accounts, StaffLinkStore links, SessionStore sessions, SiteLinks site, CityCalendar calendar, TextWriter output)
{
    private const int Portion = 500;

    private const string Usage = """
        Usage: staff first-administrator
               staff list
               staff invite NAME --role clerk|lead|supervisor|auditor|administrator [--pharmacy CODE]
               staff reset|unlock|disable|enable|sessions|sign-out NAME
               staff move NAME --pharmacy CODE
        """;

    private static readonly (string Word, StaffRole Role)[] Roles =
    [
        ("clerk", StaffRole.Clerk), ("lead", StaffRole.PharmacyLead), ("supervisor", StaffRole.Supervisor), ("auditor", StaffRole.Auditor),
        ("administrator", StaffRole.Administrator),
    ];

    public static bool Named(string[] args) => args is ["staff", ..];

    /// <summary>Runs the command and gives the process's exit code.</summary>
    /// <exception cref="StartFaultException">It is mistyped; nothing was changed.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var commands = new StaffCommands(
            services.GetRequiredService<StaffAccountStore>(), services.GetRequiredService<StaffAccountQueries>(), services.GetRequiredService<StaffLinkStore>(),
            services.GetRequiredService<SessionStore>(), services.GetRequiredService<SiteLinks>(), services.GetRequiredService<CityCalendar>(), output);
        var run = commands.Read(args) ?? throw new StartFaultException(Usage);
        var engine = services.GetRequiredService<Database>().Engine;
        await (args is [_, "first-administrator"] ? engine.ProbeAsync(cancellationToken) : engine.RequireCityAsync(cancellationToken));
        await services.GetRequiredService<Startup>().StartingAsync(cancellationToken);
        return await run(cancellationToken);
    }

    private Func<CancellationToken, Task<int>>? Read(string[] args) => args switch
    {
        ["staff", "first-administrator"] => async token => await TellAsync(await links.FirstAdministratorAsync(token), "the first administrator"),
        ["staff", "list"] => ListAsync,
        ["staff", "invite", var name, "--role", var role] when RoleOf(role) is { } known && IsName(name) => token => InviteAsync(name, known, null, token),
        ["staff", "invite", var name, "--role", var role, "--pharmacy", var code] when RoleOf(role) is { } known && IsName(name) => token => InviteAsync(name, known, code, token),
        ["staff", "invite", var name, "--pharmacy", var code, "--role", var role] when RoleOf(role) is { } known && IsName(name) => token => InviteAsync(name, known, code, token),
        ["staff", "reset", var name] when IsName(name) => token => ActAsync(name, "reset: the old password and log-ins have ended", store.ResetAsync, token),
        ["staff", "unlock", var name] when IsName(name) => token => ActAsync(name, "unlocked", store.UnlockAsync, token),
        ["staff", "disable", var name] when IsName(name) => token => ActAsync(name, "disabled", store.DisableAsync, token),
        ["staff", "enable", var name] when IsName(name) => token => ActAsync(name, "enabled", store.EnableAsync, token),
        ["staff", "sessions", var name] when IsName(name) => token => SessionsAsync(name, token),
        ["staff", "sign-out", var name] when IsName(name) =>
            token => ActAsync(name, "signed out everywhere", (actor, id, t) => store.EndSessionAsync(actor, id, null, t), token),
        ["staff", "move", var name, "--pharmacy", var code] when IsName(name) =>
            token => ActAsync(name, $"moved to {code.ToUpperInvariant()}", (actor, id, t) => store.PlaceAsync(actor, id, null, code, t), token),
        _ => null,
    };

    // What begins like an option is a slip of the hand.
    private static bool IsName(string name) => !name.StartsWith('-');

    private static StaffRole? RoleOf(string word) => Array.Find(Roles, r => r.Word == word) is { Word: not null } found ? found.Role : null;

    private static string WordOf(StaffRole role) => Array.Find(Roles, r => r.Role == role).Word;

    private async Task<int> ListAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        await output.WriteLineAsync($"{"name",-24}{"role",-16}{"pharmacy",-12}{"state",-10}second factor");
        var shown = 0;
        while (await accounts.ListAsync(AccountActor.Operator, "", shown, Portion, cancellationToken) is { Count: > 0 } some)
        {
            foreach (var a in some) await output.WriteLineAsync($"{a.Username,-24}{WordOf(a.Role),-16}{a.PharmacyCode ?? "-",-12}{StateOf(a, now),-10}{(a.HasTotp ? "yes" : "no")}");
            shown += some.Count;
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{shown} accounts"));
        return ExitCodes.Stopped;
    }

    private static string StateOf(StaffAccount account, DateTimeOffset now) => account switch
    {
        { Disabled: true } => "disabled",
        { HasPassword: false } => "invited",
        _ => account.IsLocked(now) ? "locked" : "active",
    };

    private async Task<int> SessionsAsync(string name, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(name, cancellationToken) is not { } account) return await TellAsync(AccountFault.Unknown, "");
        var found = await sessions.OfAsync(SessionKind.Staff, account.Id, cancellationToken);
        await output.WriteLineAsync($"{"began",-22}{"last seen",-22}{"ends",-22}browser");
        foreach (var s in found) await output.WriteLineAsync($"{Moment(s.CreatedAt),-22}{Moment(s.SeenAt),-22}{Moment(s.ExpiresAt),-22}{s.Browser}");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{account.Username}: {found.Count} log-ins"));
        return ExitCodes.Stopped;
    }

    private string Moment(DateTimeOffset instant) => calendar.Local(instant).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private async Task<int> InviteAsync(string name, StaffRole role, string? pharmacy, CancellationToken cancellationToken) =>
        await TellAsync(await store.InviteAsync(AccountActor.Operator, name, role, pharmacy, cancellationToken), $"{name} ({WordOf(role)})");

    private async Task<int> ActAsync(
        string name, string done, Func<AccountActor, long, CancellationToken, Task<AccountAnswer>> act, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(name, cancellationToken);
        var answer = account is null ? AccountFault.Unknown : await act(AccountActor.Operator, account.Id, cancellationToken);
        return await TellAsync(answer, $"{account?.Username ?? name}: {done}");
    }

    private async Task<int> TellAsync(AccountAnswer answer, string done)
    {
        if (answer.Fault != AccountFault.None)
        {
            await output.WriteLineAsync(Sentence(answer.Fault));
            return ExitCodes.Mend;
        }

        await output.WriteLineAsync(done);
        if (answer.Link is not { } link) return ExitCodes.Stopped;
        await output.WriteLineAsync(site.To(link.Path));
        await output.WriteLineAsync($"Good once, until {calendar.Local(link.ExpiresAt):yyyy-MM-dd HH:mm:ss zzz}; a new link replaces it.");
        return ExitCodes.Stopped;
    }

    private static string Sentence(AccountFault fault) => fault switch
    {
        AccountFault.Unknown => "There is no account of this name; staff list shows all.",
        AccountFault.InvalidName => "A name is 2 to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit.",
        AccountFault.NameTaken => "There is an account of this name already.",
        AccountFault.PharmacyNeeded => "Clerks and leads work at a pharmacy: --pharmacy CODE.",
        AccountFault.PharmacyNotWanted => "Only clerks and leads work at a pharmacy.",
        AccountFault.UnknownPharmacy => "There is no pharmacy of this code.",
        AccountFault.LastAdministrator => "This is the last administrator; invite another one first.",
        AccountFault.HasAdministrator => "There is an administrator already: staff invite NAME --role administrator adds one, staff reset NAME helps one who cannot log in.",
        AccountFault.NoSession => "Nobody is logged in by this account.",
        AccountFault.Disabled => "The account is disabled: staff enable NAME comes first.",
        _ => $"Not done: {fault}.",
    };
}
