using WeChatMask.Data;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>Reads the accounts of staff for those who look after them.</summary>
public sealed class StaffAccountQueries(Database database)
{
    internal const string Select = """
        SELECT s.id, s.username, s.role, s.pharmacy_id, s.disabled, s.proof_locked_until,
               COALESCE((SELECT MAX(t.locked_until) FROM staff_try t WHERE t.staff_id = s.id), 0) AS locked_until, p.code AS pharmacy_code, p.name AS pharmacy_name,
               CASE WHEN s.password_hash = '' THEN 0 ELSE 1 END AS has_password, CASE WHEN s.totp_secret IS NULL THEN 0 ELSE 1 END AS has_totp,
               CASE WHEN s.wechat_hash IS NULL THEN 0 ELSE 1 END AS has_we_chat
          FROM staff s
          LEFT JOIN pharmacy p ON p.id = s.pharmacy_id
        """;

    /// <summary>The actor's accounts whose name, or whose pharmacy's code or name, has the text in it; by name.</summary>
    public Task<List<StaffAccount>> ListAsync(AccountActor actor, string text, int skip, int take, CancellationToken cancellationToken)
    {
        var typed = text.Trim();
        return database.QueryAsync<StaffAccount>(
            $"""
             {Select}
              WHERE (s.username LIKE @name ESCAPE '!' OR p.code LIKE @code ESCAPE '!' OR p.name LIKE @pharmacy ESCAPE '!')
                AND (@all = 1 OR (s.pharmacy_id = @own AND s.role = @clerk))
              ORDER BY s.username
              LIMIT @take OFFSET @skip
             """,
            new
            {
                name = Within(typed.ToLowerInvariant()), code = Within(typed.ToUpperInvariant()), pharmacy = Within(typed), all = actor.IsLead ? 0 : 1,
                own = actor.PharmacyId ?? 0, clerk = StaffRole.Clerk, take, skip,
            },
            cancellationToken);
    }

    /// <summary>One of the actor's accounts, or null.</summary>
    public async Task<StaffAccount?> FindAsync(AccountActor actor, long id, CancellationToken cancellationToken)
    {
        var found = await database.QueryOneAsync<StaffAccount>($"{Select} WHERE s.id = @id", new { id }, cancellationToken);
        return found is not null && actor.MayManage(found.Role, found.PharmacyId) ? found : null;
    }

    public Task<StaffAccount?> FindAsync(string username, CancellationToken cancellationToken) =>
        database.QueryOneAsync<StaffAccount>($"{Select} WHERE s.username = @name", new { name = StaffStore.Normal(username) }, cancellationToken);

    /// <summary>The pharmacies that somebody can work at, by code.</summary>
    public Task<List<Workplace>> WorkplacesAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Workplace>("SELECT id, code, name FROM pharmacy ORDER BY code", cancellationToken: cancellationToken);

    private static string Within(string text) =>
        $"%{text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)}%";
}

/// <summary>An account as those see it who look after it: nothing that one could log in with.</summary>
public sealed class StaffAccount
{
    public long Id { get; init; }
    public string Username { get; init; } = "";
    public StaffRole Role { get; init; }
    public long? PharmacyId { get; init; }
    public string? PharmacyCode { get; init; }
    public string? PharmacyName { get; init; }
    public bool Disabled { get; init; }
    public DateTimeOffset LockedUntil { get; init; }
    public DateTimeOffset ProofLockedUntil { get; init; }
    public bool HasPassword { get; init; }
    public bool HasTotp { get; init; }
    public bool HasWeChat { get; init; }

    public bool IsLocked(DateTimeOffset now) => LockedUntil > now || ProofLockedUntil > now;
}

/// <summary>A pharmacy as a place of work.</summary>
public sealed class Workplace
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
}
