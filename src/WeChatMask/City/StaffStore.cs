using Microsoft.AspNetCore.Identity;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>The log-ins of all staff.</summary>
/// <remarks>A wrong name costs the same work and gets the same answer as a wrong password, so that names cannot be found out.</remarks>
public sealed class StaffStore(Database database, CityCalendar calendar)
{
    /// <summary>Wrong passwords in a row after which the log-in is locked.</summary>
    public const int MostFailures = 5;

    /// <summary>How long it stays locked.</summary>
    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(10);

    private const int LongestUsername = StaffNames.Longest;
    private const int LongestPassword = 256;
    private const string Select = "SELECT id, username, password_hash, role, pharmacy_id, locked_until, disabled FROM staff";

    private static readonly PasswordHasher<StaffRow> Hasher = new();
    private static readonly StaffRow Someone = new();
    private static readonly Lazy<string> DummyHash = new(() => Hash(Guid.NewGuid().ToString()));

    /// <summary>The stored form of a password. Slow on purpose; call it outside transactions.</summary>
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

    /// <summary>The member of staff with this name and password, or null: unknown, wrong, locked or disabled alike.</summary>
    public async Task<StaffRow?> VerifyAsync(string username, string password, CancellationToken cancellationToken)
    {
        var name = Normal(username);
        var row = name.Length > LongestUsername
            ? null
            : await database.QueryOneAsync<StaffRow>($"{Select} WHERE username = @name", new { name }, cancellationToken);
        var usable = row is { Disabled: false, PasswordHash.Length: > 0 } && row.LockedUntil <= calendar.Now;
        var result = Hasher.VerifyHashedPassword(
            Someone, usable ? row!.PasswordHash : DummyHash.Value, password.Length > LongestPassword ? "" : password);
        if (row is null || !usable)
        {
            await FailAsync(row, cancellationToken);
            return null;
        }

        if (result == PasswordVerificationResult.Failed)
        {
            await CountFailureAsync(row, cancellationToken);
            return null;
        }

        var renewed = result == PasswordVerificationResult.SuccessRehashNeeded ? Hash(password) : row.PasswordHash;
        return await SucceedAsync(row, renewed, cancellationToken) ? row with { PasswordHash = renewed } : null;
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

    // An unknown name is not written down: people type passwords into the wrong field.
    private Task FailAsync(StaffRow? row, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => AuditStore.AddAsync(transaction, calendar.Now, AuditStore.Nobody, "staff.login_failed", row?.Username ?? AuditStore.Nobody),
        cancellationToken);

    private Task CountFailureAsync(StaffRow row, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var now = calendar.Now;
            // The lock is set first: some engines would show the CASE below it the failures already counted up.
            await transaction.ExecuteAsync(
                """
                UPDATE staff SET locked_until = CASE WHEN failures + 1 >= @most THEN @until ELSE locked_until END,
                                 failures = CASE WHEN failures + 1 >= @most THEN 0 ELSE failures + 1 END
                 WHERE id = @Id AND locked_until <= @now
                """,
                new { most = MostFailures, until = now + LockTime, row.Id, now });
            await AuditStore.AddAsync(transaction, now, AuditStore.Nobody, "staff.login_failed", row.Username);
        },
        cancellationToken);

    /// <summary>False when the log-in was locked, disabled or given a new password meanwhile: the right one among parallel guesses must not win, nor an old password come back.</summary>
    private Task<bool> SucceedAsync(StaffRow row, string hash, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var now = calendar.Now;
            var rows = await transaction.ExecuteAsync(
                "UPDATE staff SET failures = 0, locked_until = 0, password_hash = @hash WHERE id = @Id AND disabled = 0 AND locked_until <= @now AND password_hash = @PasswordHash",
                new { hash, row.Id, now, row.PasswordHash });
            await AuditStore.AddAsync(transaction, now, row.Username, rows == 1 ? "staff.login" : "staff.login_failed", row.Username);
            return rows == 1;
        },
        cancellationToken);
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
    public DateTimeOffset LockedUntil { get; init; }
    public bool Disabled { get; init; }

    // Its password's hash stays out of texts.
    public override string ToString() => Username;
}
