using Microsoft.AspNetCore.Identity;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>The log-ins of all staff.</summary>
/// <remarks>A wrong name costs the same work and gets the same answer as a wrong password, so that names cannot be found out.</remarks>
public sealed class StaffStore(Database database, CityCalendar calendar, LoginLimitStore limits, PasswordHashing hashing)
{
    private const int LongestUsername = StaffNames.Longest;
    private const int LongestPassword = 256;
    private const string Select = "SELECT id, username, password_hash, role, pharmacy_id, disabled FROM staff";

    private static readonly PasswordHasher<StaffRow> Hasher = new();
    private static readonly StaffRow Someone = new();

    /// <summary>The stored form of a password, made at once: for commands. Who answers people asks <see cref="PasswordHashing"/>.</summary>
    public static string Hash(string password) => Hasher.HashPassword(Someone, password);

    public static string Normal(string username) => username.Trim().ToLowerInvariant();

    /// <summary>Adds those whose names are free. Gives how many.</summary>
    public static async Task<int> AddAsync(WriteTransaction transaction, IReadOnlyCollection<NewStaff> staff)
    {
        if (staff.Any(s => s.Role.IsOfAPharmacy() != s.PharmacyId.HasValue)) throw new ArgumentException("Clerks and leads work at a pharmacy, others at none.", nameof(staff));
        if (staff.Any(s => Normal(s.Username).Length > LongestUsername)) throw new ArgumentException("A name is too long.", nameof(staff));
        var names = staff.Select(s => Normal(s.Username)).ToList();
        var taken = (await transaction.QueryAsync<string>($"SELECT username FROM staff WHERE username {transaction.Engine.AnyOf("names")}", new { names })).ToHashSet(StringComparer.Ordinal);
        List<object?[]> rows =
            [.. staff.Where(s => !taken.Contains(Normal(s.Username))).Select(s => new object?[] { Ids.Next(), Normal(s.Username), s.PasswordHash, (int)s.Role, s.PharmacyId, 0, 0L, 0 })];
        await transaction.InsertManyAsync("staff", ["id", "username", "password_hash", "role", "pharmacy_id", "failures", "locked_until", "disabled"], rows);
        return rows.Count;
    }

    /// <summary>Whose name and password these are. Unknown, wrong and disabled are answered alike, and a made-up name is locked as any other.</summary>
    public async Task<LoginAnswer> VerifyAsync(string username, string password, LoginCaller caller, CancellationToken cancellationToken)
    {
        var name = Normal(username);
        var row = name.Length > LongestUsername
            ? null
            : await database.QueryOneAsync<StaffRow>($"{Select} WHERE username = @name", new { name }, cancellationToken);
        var attempt = new LoginTry(LoginProof.Password, name, row?.Id ?? 0, caller);
        if ((await limits.LookAsync(attempt, cancellationToken)).LockedUntil is not null) return await FailAsync(attempt, row, cancellationToken);
        var hash = row is { Disabled: false, PasswordHash.Length: > 0 } ? row.PasswordHash : null;
        if (await hashing.CheckAsync(hash, password.Length > LongestPassword ? "" : password, cancellationToken) is not { } check) return LoginAnswer.Busy;
        if (row is null || !check.IsRight) return await FailAsync(attempt, row, cancellationToken);
        var renewed = check.Renewed ?? row.PasswordHash;
        return await SucceedAsync(attempt, row, renewed, cancellationToken)
            ? new LoginAnswer(row with { PasswordHash = renewed }, null)
            : await FailAsync(attempt, row, cancellationToken);
    }

    /// <summary>Begins the session of somebody whose log-in was verified; false when the account has changed since.</summary>
    public Task<bool> BeginAsync(StaffRow verified, NewSession session, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            // Held until the session is there: who changes the row meanwhile comes after, and finds it.
            var row = await transaction.QueryOneAsync<StaffRow>($"{Select} WHERE id = @Id{transaction.Engine.ForUpdate}", new { verified.Id });
            if (row is not { Disabled: false } || row.PasswordHash != verified.PasswordHash || row.Role != verified.Role || row.PharmacyId != verified.PharmacyId) return false;
            await SessionStore.BeginAsync(transaction, session, row.Id);
            return true;
        },
        cancellationToken);

    /// <summary>Whether a cookie's member of staff still works here, in the same role and place.</summary>
    public async Task<bool> StandsAsync(StaffMember staff, CancellationToken cancellationToken) =>
        await database.ScalarAsync<long>(
            "SELECT COUNT(*) FROM staff WHERE id = @Id AND disabled = 0 AND role = @Role AND COALESCE(pharmacy_id, 0) = @pharmacy",
            new { staff.Id, staff.Role, pharmacy = staff.PharmacyId ?? 0 },
            cancellationToken) > 0;

    // An unknown name is not written down: people type passwords into the wrong field. One line for an hour tells how often.
    private Task<LoginAnswer> FailAsync(LoginTry attempt, StaffRow? row, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var standing = await limits.FailAsync(transaction, attempt);
            await AuditStore.TallyAsync(transaction, calendar.Now, "staff.login_failed", row?.Username ?? AuditStore.Nobody);
            return new LoginAnswer(null, standing);
        },
        cancellationToken);

    /// <summary>False when the name was locked, or the account disabled or given a new password meanwhile: the right one among parallel guesses must not win, nor an old password come back.</summary>
    private Task<bool> SucceedAsync(LoginTry attempt, StaffRow row, string hash, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var stored = await transaction.QueryOneAsync<StaffRow>($"{Select} WHERE id = @Id{transaction.Engine.ForUpdate}", new { row.Id });
            if (stored is not { Disabled: false } || stored.PasswordHash != row.PasswordHash || !await limits.SucceedAsync(transaction, attempt)) return false;
            if (hash != row.PasswordHash) await transaction.ExecuteAsync("UPDATE staff SET password_hash = @hash WHERE id = @Id AND password_hash = @PasswordHash", new { hash, row.Id, row.PasswordHash });
            await AuditStore.AddAsync(transaction, calendar.Now, row.Username, "staff.login", row.Username);
            return true;
        },
        cancellationToken);
}

/// <summary>What became of a name and a password.</summary>
/// <param name="Staff">Whose they are, or null.</param>
/// <param name="Standing">How the caller stands after a wrong one; null with a right one, or when nothing was looked at.</param>
public sealed record LoginAnswer(StaffRow? Staff, LoginStanding? Standing)
{
    /// <summary>Too many log in at this moment: nothing was looked at, and nothing counted.</summary>
    public static LoginAnswer Busy { get; } = new(null, null);

    public bool IsBusy => Staff is null && Standing is null;
}

/// <summary>A log-in to be added, its password by <see cref="StaffStore.Hash"/>; a clerk's with the pharmacy.</summary>
public sealed record NewStaff(string Username, string PasswordHash, StaffRole Role, long? PharmacyId = null)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"NewStaff {Username}";
}

/// <summary>A stored log-in.</summary>
public sealed record StaffRow
{
    public long Id { get; init; }
    public string Username { get; init; } = "";
    public string PasswordHash { get; init; } = "";
    public StaffRole Role { get; init; }
    public long? PharmacyId { get; init; }
    public bool Disabled { get; init; }

    // Its password's hash stays out of texts.
    public override string ToString() => Username;
}
