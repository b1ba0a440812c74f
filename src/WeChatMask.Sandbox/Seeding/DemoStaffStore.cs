using Microsoft.AspNetCore.Identity;
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
        if (await database.ScalarAsync<long>(CountSupervisors, new { name = Supervisor }, cancellationToken) > 0) return;
        // Hashing is slow on purpose, so it is done outside the transaction, and once for all clerks.
        var hasher = new PasswordHasher<string>();
        var supervisor = hasher.HashPassword(Supervisor, SupervisorPassword);
        var clerk = hasher.HashPassword(ClerkPrefix, ClerkPassword);
        await database.WriteAsync(
            async transaction =>
            {
                if (await transaction.ScalarAsync<long>(CountSupervisors, new { name = Supervisor }) > 0) return false;
                var pharmacies = await transaction.QueryAsync<Shop>("SELECT id, code FROM pharmacy ORDER BY code");
                List<object?[]> rows = [Row(Supervisor, supervisor, StaffRole.Supervisor, null)];
                rows.AddRange(pharmacies.Select(p => Row(ClerkPrefix + p.Code.ToLowerInvariant(), clerk, StaffRole.Clerk, p.Id)));
                await transaction.InsertManyAsync(
                    "staff",
                    ["id", "username", "password_hash", "role", "pharmacy_id", "failures", "locked_until", "disabled"],
                    rows);
                return true;
            },
            cancellationToken);
    }

    private const string CountSupervisors = "SELECT COUNT(*) FROM staff WHERE username = @name";

    private static object?[] Row(string username, string hash, StaffRole role, long? pharmacy) =>
        [Ids.Next(), username, hash, (int)role, pharmacy, 0, 0L, 0];

    private sealed class Shop
    {
        public long Id { get; init; }
        public string Code { get; init; } = "";
    }
}
