using WeChatMask.Data;
using WeChatMask.Web;

namespace WeChatMask.Operations;

/// <summary>What a city has, for who looks whether it can open.</summary>
public sealed class DoctorQueries(Database database)
{
    /// <summary>Names of the schema's files that were run here.</summary>
    public Task<List<string>> SchemaAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<string>("SELECT name FROM schema_migration", cancellationToken: cancellationToken);

    public Task<long> PoliciesAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT COUNT(*) FROM policy", cancellationToken: cancellationToken);

    public Task<long> PharmaciesAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT COUNT(*) FROM pharmacy", cancellationToken: cancellationToken);

    /// <summary>Administrators who can log in.</summary>
    public Task<long> AdministratorsAsync(CancellationToken cancellationToken) => database.ScalarAsync<long>(
        "SELECT COUNT(*) FROM staff WHERE role = @Administrator AND disabled = 0 AND password_hash <> ''", new { StaffRole.Administrator }, cancellationToken);
}
