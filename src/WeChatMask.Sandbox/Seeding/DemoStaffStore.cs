using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Writes the demo log-ins: one supervisor, and one clerk for each pharmacy.</summary>
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

    /// <summary>Adds them all, unless the supervisor is there already.</summary>
    public async Task AddAsync(CancellationToken cancellationToken)
    {
        if (await database.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE username = @Supervisor", new { Supervisor }, cancellationToken) > 0) return;
        // Hashing is slow on purpose, so it is done outside the transaction, and once for all clerks.
        var (supervisor, clerk) = (StaffStore.Hash(SupervisorPassword), StaffStore.Hash(ClerkPassword));
        await database.WriteAsync(
            async transaction =>
            {
                var pharmacies = await transaction.QueryAsync<Shop>("SELECT id, code FROM pharmacy ORDER BY code");
                return await StaffStore.AddAsync(
                    transaction,
                    [
                        new NewStaff(Supervisor, supervisor, StaffRole.Supervisor),
                        .. pharmacies.Select(p => new NewStaff(ClerkPrefix + p.Code, clerk, StaffRole.Clerk, p.Id)),
                    ]);
            },
            cancellationToken);
    }

    private sealed class Shop
    {
        public long Id { get; init; }
        public string Code { get; init; } = "";
    }
}
