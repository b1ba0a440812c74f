using Microsoft.AspNetCore.Identity;
using WeChatMask.Data;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Writes the demo log-ins: one of each role, and a clerk and a lead for each pharmacy.</summary>
public sealed class DemoStaffStore(Database database)
{
    /// <summary>The supervisor's name.</summary>
    public const string Supervisor = "supervisor";

    /// <summary>The supervisor's password.</summary>
    public const string SupervisorPassword = "supervisor-demo";

    /// <summary>What stands before a pharmacy's code in its clerk's name.</summary>
    public const string ClerkPrefix = "clerk-";

    /// <summary>Every clerk's password.</summary>
    public const string ClerkPassword = "clerk-demo";

    /// <summary>What stands before a pharmacy's code in its lead's name.</summary>
    public const string LeadPrefix = "lead-";

    /// <summary>Every lead's password.</summary>
    public const string LeadPassword = "lead-demo";

    public const string Auditor = "auditor";

    public const string AuditorPassword = "auditor-demo";

    public const string Administrator = "administrator";

    public const string AdministratorPassword = "administrator-demo";

    /// <summary>Adds those who are not there yet: a folder of an earlier build gets the roles it lacks.</summary>
    public async Task AddAsync(CancellationToken cancellationToken)
    {
        if (await database.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE username = @name", new { name = Administrator }, cancellationToken) > 0) return;
        // Hashing is slow on purpose, so it is done outside the transaction, and once for all who share a password.
        var hasher = new PasswordHasher<string>();
        var (supervisor, auditor) = (hasher.HashPassword("", SupervisorPassword), hasher.HashPassword("", AuditorPassword));
        var (administrator, clerk, lead) = (hasher.HashPassword("", AdministratorPassword), hasher.HashPassword("", ClerkPassword), hasher.HashPassword("", LeadPassword));
        await database.WriteAsync(
            async transaction =>
            {
                var pharmacies = await transaction.QueryAsync<Shop>("SELECT id, code FROM pharmacy ORDER BY code");
                var known = (await transaction.QueryAsync<string>("SELECT username FROM staff")).ToHashSet(StringComparer.Ordinal);
                List<object?[]> rows =
                [
                    Row(Supervisor, supervisor, StaffRole.Supervisor, null),
                    Row(Auditor, auditor, StaffRole.Auditor, null),
                    Row(Administrator, administrator, StaffRole.Administrator, null),
                    .. pharmacies.Select(p => Row(ClerkPrefix + p.Code.ToLowerInvariant(), clerk, StaffRole.Clerk, p.Id)),
                    .. pharmacies.Select(p => Row(LeadPrefix + p.Code.ToLowerInvariant(), lead, StaffRole.PharmacyLead, p.Id)),
                ];
                rows.RemoveAll(r => known.Contains((string)r[1]!));
                await transaction.InsertManyAsync(
                    "staff",
                    ["id", "username", "password_hash", "role", "pharmacy_id", "failures", "locked_until", "disabled"],
                    rows);
                return true;
            },
            cancellationToken);
    }

    private static object?[] Row(string username, string hash, StaffRole role, long? pharmacy) =>
        [Ids.Next(), username, hash, (int)role, pharmacy, 0, 0L, 0];

    private sealed class Shop
    {
        public long Id { get; init; }

        public string Code { get; init; } = "";
    }
}
