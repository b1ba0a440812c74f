using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Writes the demo log-ins: one of each role, and a clerk and a lead for each pharmacy.</summary>
public sealed class DemoStaffStore(Database database, PersonalData personal)
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

    /// <summary>Adds those who are not there yet: a folder of an earlier build gets the roles it lacks.</summary>
    public async Task AddAsync(CancellationToken cancellationToken)
    {
        if (await database.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE username = @Administrator", new { Administrator }, cancellationToken) > 0) return;
        // Hashing is slow on purpose, so it is done outside the transaction, and once for all who share a password.
        var (supervisor, auditor, administrator) = (StaffStore.Hash(SupervisorPassword), StaffStore.Hash(AuditorPassword), StaffStore.Hash(AdministratorPassword));
        var (clerk, lead) = (StaffStore.Hash(ClerkPassword), StaffStore.Hash(LeadPassword));
        await database.WriteAsync(
            async transaction =>
            {
                var pharmacies = await transaction.QueryAsync<Shop>("SELECT id, code FROM pharmacy ORDER BY code");
                var added = await StaffStore.AddAsync(
                    transaction,
                    [
                        new NewStaff(Supervisor, supervisor, StaffRole.Supervisor),
                        new NewStaff(Auditor, auditor, StaffRole.Auditor),
                        new NewStaff(Administrator, administrator, StaffRole.Administrator),
                        .. pharmacies.Select(p => new NewStaff(ClerkPrefix + p.Code, clerk, StaffRole.Clerk, p.Id)),
                        .. pharmacies.Select(p => new NewStaff(LeadPrefix + p.Code, lead, StaffRole.PharmacyLead, p.Id)),
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
