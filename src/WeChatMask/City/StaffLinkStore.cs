using System.Buffers.Text;
using System.Security.Cryptography;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>One-time links by which people set a password: the first administrator's, invitations, resets. A new one replaces the one before.</summary>
/// <remarks>Only a keyed hash of the token is kept. It stands in a query, which no log of ours has, and leaves the address bar at once.</remarks>
public sealed class StaffLinkStore(Database database, CityCalendar calendar, PersonalData personal, PasswordHashing hashing)
{
    /// <summary>How long the first administrator's link is good.</summary>
    public static readonly TimeSpan FirstLife = TimeSpan.FromMinutes(30);

    /// <summary>How long every other link is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    internal const int TokenLength = 43;
    private const int TokenBytes = 32;
    private const long First = 0;

    private const string Working = "SELECT COUNT(*) FROM staff WHERE role = @administrator AND disabled = 0 AND password_hash <> ''";

    /// <summary>The first administrator's link; none when there is an administrator.</summary>
    public Task<AccountAnswer> FirstAdministratorAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (await HasAdministratorAsync(transaction)) return AccountFault.HasAdministrator;
            await AuditStore.AddAsync(transaction, calendar.Now, AccountActor.Operator.Name, "staff.first_link", AuditStore.Nobody);
            return new AccountAnswer(AccountFault.None, await NewAsync(transaction, First, FirstLife));
        },
        cancellationToken);

    /// <summary>The same for a city that starts without an administrator; none while an earlier link is good, so that several nodes or starts print one.</summary>
    public Task<StaffLink?> FirstAtStartAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (await HasAdministratorAsync(transaction)) return null;
            var until = await transaction.ScalarAsync<long?>("SELECT expires_at FROM staff_link WHERE staff_id = @First", new { First });
            if (until > calendar.Now.ToUnixTimeMilliseconds()) return null;
            await AuditStore.AddAsync(transaction, calendar.Now, AuditStore.Nobody, "staff.first_link", AuditStore.Nobody);
            return await NewAsync(transaction, First, FirstLife, replacesUntil: calendar.Now);
        },
        cancellationToken);

    /// <summary>Whose link it is, or null when it is no longer good.</summary>
    public async Task<Welcome?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length != TokenLength) return null;
        var row = await database.QueryOneAsync<Welcome>(
            """
            SELECT l.staff_id, COALESCE(s.username, '') AS username
              FROM staff_link l
              LEFT JOIN staff s ON s.id = l.staff_id
             WHERE l.token_hash = @hash AND l.expires_at > @now AND (l.staff_id = 0 OR s.disabled = 0)
            """,
            new { hash = HashOf(token), now = calendar.Now },
            cancellationToken);
        return row;
    }

    /// <summary>Spends the link and sets the password; for the first administrator it makes the account. Of two at once, one is too late.</summary>
    public async Task<WelcomeFault> FinishAsync(string token, string username, string password, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } welcome) return WelcomeFault.Gone;
        var name = welcome.IsFirstAdministrator ? StaffStore.Normal(username) : welcome.Username;
        if (!StaffNames.IsValid(name) && welcome.IsFirstAdministrator) return WelcomeFault.InvalidName;
        if (PasswordRules.Judge(password, name) != PasswordFault.None) return WelcomeFault.InvalidPassword;
        // Slow on purpose, and so outside the transaction and after the link was seen.
        if (await hashing.HashAsync(password, cancellationToken) is not { } passwordHash) return WelcomeFault.Busy;
        return await database.WriteAsync(
            async transaction =>
            {
                var now = calendar.Now;
                var staffId = await transaction.ScalarAsync<long?>(
                    $"SELECT staff_id FROM staff_link WHERE token_hash = @hash AND expires_at > @now{transaction.Engine.ForUpdate}", new { hash = HashOf(token), now });
                if (staffId != welcome.StaffId) return WelcomeFault.Gone;
                var fault = welcome.IsFirstAdministrator
                    ? await AddFirstAsync(transaction, name, passwordHash)
                    : await SetAsync(transaction, welcome.StaffId, passwordHash);
                if (fault != WelcomeFault.None) return fault;
                await transaction.ExecuteAsync("DELETE FROM staff_link WHERE staff_id = @staffId", new { staffId });
                await AuditStore.AddAsync(transaction, now, name, welcome.IsFirstAdministrator ? "staff.first_administrator" : "staff.password_by_link", name);
                return WelcomeFault.None;
            },
            cancellationToken);
    }

    /// <summary>Gives somebody a new link in place of any earlier one, in the transaction that decided so.</summary>
    /// <remarks>One that is good for longer than <paramref name="replacesUntil"/> makes the insert clash, and the transaction is run again.</remarks>
    internal async Task<StaffLink> NewAsync(WriteTransaction transaction, long staffId, TimeSpan life, DateTimeOffset? replacesUntil = null)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var args = new { staffId, hash = HashOf(token), expires = calendar.Now + life, until = replacesUntil ?? DateTimeOffset.MaxValue };
        if (await transaction.ExecuteAsync("UPDATE staff_link SET token_hash = @hash, expires_at = @expires WHERE staff_id = @staffId AND expires_at <= @until", args) == 0)
            await transaction.ExecuteAsync("INSERT INTO staff_link (staff_id, token_hash, expires_at) VALUES (@staffId, @hash, @expires)", args);
        return new StaffLink($"/staff/welcome?token={token}", args.expires);
    }

    private static async Task<bool> HasAdministratorAsync(WriteTransaction transaction) =>
        await transaction.ScalarAsync<long>(Working, new { administrator = StaffRole.Administrator }) > 0;

    private static async Task<WelcomeFault> AddFirstAsync(WriteTransaction transaction, string name, string passwordHash)
    {
        if (await HasAdministratorAsync(transaction)) return WelcomeFault.Gone;
        if (await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE username = @name", new { name }) > 0) return WelcomeFault.NameTaken;
        await transaction.ExecuteAsync(
            """
            INSERT INTO staff (id, username, password_hash, role, failures, locked_until, disabled)
            VALUES (@id, @name, @passwordHash, @role, 0, 0, 0)
            """,
            new { id = Ids.Next(), name, passwordHash, role = StaffRole.Administrator });
        return WelcomeFault.None;
    }

    private static async Task<WelcomeFault> SetAsync(WriteTransaction transaction, long id, string passwordHash)
    {
        if (await transaction.ExecuteAsync("UPDATE staff SET password_hash = @passwordHash WHERE id = @id AND disabled = 0", new { id, passwordHash }) != 1) return WelcomeFault.Gone;
        await SessionStore.EndAllAsync(transaction, SessionKind.Staff, id);
        return WelcomeFault.None;
    }

    private string HashOf(string token) => personal.KeyedHash(HashPurpose.StaffLink, token);
}

/// <summary>A link that was just made, as a path of this site; it cannot be shown again.</summary>
public sealed record StaffLink(string Path, DateTimeOffset ExpiresAt)
{
    public override string ToString() => nameof(StaffLink);
}

/// <summary>Whom a link greets.</summary>
public sealed class Welcome
{
    public long StaffId { get; init; }

    /// <summary>Empty for the first administrator, who chooses it.</summary>
    public string Username { get; init; } = "";

    public bool IsFirstAdministrator => StaffId == 0;
}

/// <summary>Why no password was set. Each has its sentence in <c>Text/Accounts.resx</c>, a password's fault its own.</summary>
public enum WelcomeFault
{
    None,

    /// <summary>Used, replaced or too late.</summary>
    Gone,
    InvalidName,
    NameTaken,

    /// <summary>By <see cref="PasswordRules"/>, which say what is wrong with it.</summary>
    InvalidPassword,

    /// <summary>Too many set a password or log in at this moment.</summary>
    Busy,
}
