using Microsoft.AspNetCore.Identity;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Writes the demo log-ins: one of each role, and a clerk and a lead for each pharmacy.</summary>
public sealed class DemoStaffStore(Database database, PersonalData personal, IPasswordHasher<StaffRow> hasher)
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

    /// <summary>The administrator's second factor, for an authenticator app.</summary>
    public const string AdministratorSecret = "ADMINDEMOADMINDEMOADMINDEMOADMIN";

    /// <summary>How often a password of the sandbox is hashed. Everybody knows these: what makes guessing slow would guard nothing.</summary>
    internal const int Iterations = 1_000;

    private static readonly StaffRow Someone = new();

    /// <summary>Adds those who are not there yet: a folder of an earlier build gets the roles it lacks.</summary>
    public async Task AddAsync(CancellationToken cancellationToken)
    {
        if (await database.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE username = @Administrator", new { Administrator }, cancellationToken) > 0) return;
        // Not while a transaction waits.
        var hashes = new[] { SupervisorPassword, AuditorPassword, AdministratorPassword, ClerkPassword, LeadPassword }
            .ToDictionary(p => p, p => hasher.HashPassword(Someone, p), StringComparer.Ordinal);
        await database.WriteAsync(
            async transaction =>
            {
                var pharmacies = await transaction.QueryAsync<Shop>("SELECT id, code FROM pharmacy ORDER BY code");
                var added = await StaffStore.AddAsync(
                    transaction,
                    [
                        new NewStaff(Supervisor, hashes[SupervisorPassword], StaffRole.Supervisor),
                        new NewStaff(Auditor, hashes[AuditorPassword], StaffRole.Auditor),
                        new NewStaff(Administrator, hashes[AdministratorPassword], StaffRole.Administrator),
                        .. pharmacies.Select(p => new NewStaff(ClerkPrefix + p.Code, hashes[ClerkPassword], StaffRole.Clerk, p.Id)),
                        .. pharmacies.Select(p => new NewStaff(LeadPrefix + p.Code, hashes[LeadPassword], StaffRole.PharmacyLead, p.Id)),
                    ]);
                await transaction.ExecuteAsync("UPDATE staff SET totp_secret = @secret WHERE username = @Administrator", new { secret = personal.Encrypt(AdministratorSecret), Administrator });
                return added;
            },
            cancellationToken);
    }

    private sealed class Shop
    {
        public long Id { get; init; }
        public string Code { get; init; } = "";
    }
}
