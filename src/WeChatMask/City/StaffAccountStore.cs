using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>Makes and changes accounts of staff, each act with its audit line in one transaction. Whoever is disabled, reset, moved or given another role is logged out by it.</summary>
/// <remarks>Locks the administrators by id, then the account (docs/locking.md), so that two of them cannot remove each other.</remarks>
public sealed class StaffAccountStore(Database database, CityCalendar calendar, StaffLinkStore links)
{
    /// <summary>Makes an account without a password and gives the link by which its holder sets one.</summary>
    public Task<AccountAnswer> InviteAsync(AccountActor actor, string username, StaffRole role, string? pharmacyCode, CancellationToken cancellationToken)
    {
        var name = StaffStore.Normal(username);
        return database.WriteAsync(
            async transaction =>
            {
                if (!StaffNames.IsValid(name)) return AccountFault.InvalidName;
                var (fault, pharmacy) = actor.IsLead ? (AccountFault.None, actor.PharmacyId) : await PlaceAsync(transaction, role, pharmacyCode);
                if (fault != AccountFault.None) return fault;
                if (!actor.MayManage(role, pharmacy)) return AccountFault.NotAllowed;
                if (await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE username = @name", new { name }) > 0) return AccountFault.NameTaken;
                var id = Ids.Next();
                await transaction.ExecuteAsync(
                    """
                    INSERT INTO staff (id, username, password_hash, role, pharmacy_id, failures, locked_until, disabled)
                    VALUES (@id, @name, '', @role, @pharmacy, 0, 0, 0)
                    """,
                    new { id, name, role, pharmacy });
                await AuditAsync(transaction, actor, "staff.invited", name, role.ToString());
                return new AccountAnswer(AccountFault.None, await links.NewAsync(transaction, id, StaffLinkStore.Life));
            },
            cancellationToken);
    }

    /// <summary>Takes the password and all else that logs in away, and gives a link to set a new one.</summary>
    public Task<AccountAnswer> ResetAsync(AccountActor actor, long id, CancellationToken cancellationToken) => ActAsync(
        actor, id,
        async (transaction, account) =>
        {
            if (account.Disabled) return AccountFault.Disabled;
            await transaction.ExecuteAsync(
                """
                UPDATE staff SET password_hash = '', proof_failures = 0, proof_locked_until = 0, totp_secret = NULL, wechat_hash = NULL
                 WHERE id = @id
                """,
                new { id });
            await SessionStore.EndAllAsync(transaction, SessionKind.Staff, id);
            await LoginLimitStore.UnlockAsync(transaction, id);
            await LoginLimitStore.ForgetBrowsersAsync(transaction, id);
            await transaction.ExecuteAsync("DELETE FROM staff_recovery_code WHERE staff_id = @id", new { id });
            await AuditAsync(transaction, actor, "staff.reset", account.Username);
            return new AccountAnswer(AccountFault.None, await links.NewAsync(transaction, id, StaffLinkStore.Life));
        },
        cancellationToken);

    /// <summary>Ends a lock after wrong passwords or codes.</summary>
    public Task<AccountAnswer> UnlockAsync(AccountActor actor, long id, CancellationToken cancellationToken) => ActAsync(
        actor, id,
        async (transaction, account) =>
        {
            await transaction.ExecuteAsync("UPDATE staff SET proof_failures = 0, proof_locked_until = 0 WHERE id = @id", new { id });
            await LoginLimitStore.UnlockAsync(transaction, id);
            await AuditAsync(transaction, actor, "staff.unlocked", account.Username);
            return AccountAnswer.Done;
        },
        cancellationToken,
        oneself: true);

    /// <summary>Keeps somebody out. What was bound or promised by a link ends for good.</summary>
    public Task<AccountAnswer> DisableAsync(AccountActor actor, long id, CancellationToken cancellationToken) => ActAsync(
        actor, id,
        async (transaction, account) =>
        {
            if (await IsLastAdministratorAsync(transaction, account)) return AccountFault.LastAdministrator;
            await transaction.ExecuteAsync("UPDATE staff SET disabled = 1, wechat_hash = NULL WHERE id = @id", new { id });
            await SessionStore.EndAllAsync(transaction, SessionKind.Staff, id);
            await LoginLimitStore.ForgetBrowsersAsync(transaction, id);
            await transaction.ExecuteAsync("DELETE FROM staff_link WHERE staff_id = @id", new { id });
            await AuditAsync(transaction, actor, "staff.disabled", account.Username);
            return AccountAnswer.Done;
        },
        cancellationToken);

    /// <summary>Lets somebody in again, by the password of before.</summary>
    public Task<AccountAnswer> EnableAsync(AccountActor actor, long id, CancellationToken cancellationToken) => ActAsync(
        actor, id,
        async (transaction, account) =>
        {
            await transaction.ExecuteAsync("UPDATE staff SET disabled = 0 WHERE id = @id", new { id });
            await AuditAsync(transaction, actor, "staff.enabled", account.Username);
            return AccountAnswer.Done;
        },
        cancellationToken);

    /// <summary>Gives somebody another role, another pharmacy, or both. A null role keeps the one there is.</summary>
    public Task<AccountAnswer> PlaceAsync(AccountActor actor, long id, StaffRole? newRole, string? pharmacyCode, CancellationToken cancellationToken) => ActAsync(
        actor, id,
        async (transaction, account) =>
        {
            var role = newRole ?? account.Role;
            if (actor.IsLead) return AccountFault.NotAllowed;
            var (fault, pharmacy) = await PlaceAsync(transaction, role, pharmacyCode);
            if (fault != AccountFault.None) return fault;
            if (role != StaffRole.Administrator && await IsLastAdministratorAsync(transaction, account)) return AccountFault.LastAdministrator;
            if (role == account.Role && pharmacy == account.PharmacyId) return AccountAnswer.Done;
            await transaction.ExecuteAsync("UPDATE staff SET role = @role, pharmacy_id = @pharmacy, wechat_hash = NULL WHERE id = @id", new { id, role, pharmacy });
            await SessionStore.EndAllAsync(transaction, SessionKind.Staff, id);
            await AuditAsync(
                transaction, actor, role == account.Role ? "staff.moved" : "staff.role_changed", account.Username,
                $"{account.Role} {account.PharmacyCode} > {role} {(pharmacy is null ? "" : pharmacyCode)}".Trim());
            return AccountAnswer.Done;
        },
        cancellationToken);

    /// <summary>Ends one of somebody's log-ins, by its hash, or all of them.</summary>
    public Task<AccountAnswer> EndSessionAsync(AccountActor actor, long id, string? idHash, CancellationToken cancellationToken) => ActAsync(
        actor, id,
        async (transaction, account) =>
        {
            var ended = idHash is null
                ? await SessionStore.EndAllAsync(transaction, SessionKind.Staff, id) > 0
                : await SessionStore.EndAsync(transaction, SessionKind.Staff, id, idHash);
            if (!ended) return AccountFault.NoSession;
            await AuditAsync(transaction, actor, "staff.signed_out", account.Username);
            return AccountAnswer.Done;
        },
        cancellationToken,
        oneself: true);

    private Task<AccountAnswer> ActAsync(
        AccountActor actor, long id, Func<WriteTransaction, StaffAccount, Task<AccountAnswer>> act, CancellationToken cancellationToken, bool oneself = false) =>
        database.WriteAsync(
            async transaction =>
            {
                await transaction.QueryAsync<long>(
                    $"SELECT id FROM staff WHERE role = @administrator ORDER BY id{transaction.Engine.ForUpdate}", new { administrator = StaffRole.Administrator });
                await transaction.QueryAsync<long>($"SELECT id FROM staff WHERE id = @id{transaction.Engine.ForUpdate}", new { id });
                var account = await transaction.QueryOneAsync<StaffAccount>($"{StaffAccountQueries.Select} WHERE s.id = @id", new { id });
                if (account is null || !actor.MayManage(account.Role, account.PharmacyId)) return AccountFault.Unknown;
                return !oneself && account.Username == actor.Name ? AccountFault.Self : await act(transaction, account);
            },
            cancellationToken);

    private static async Task<bool> IsLastAdministratorAsync(WriteTransaction transaction, StaffAccount account) =>
        account is { Role: StaffRole.Administrator, Disabled: false, HasPassword: true }
        && await transaction.ScalarAsync<long>(
            "SELECT COUNT(*) FROM staff WHERE role = @administrator AND disabled = 0 AND password_hash <> '' AND id <> @Id",
            new { administrator = StaffRole.Administrator, account.Id }) == 0;

    private static async Task<(AccountFault Fault, long? Pharmacy)> PlaceAsync(WriteTransaction transaction, StaffRole role, string? pharmacyCode)
    {
        var code = pharmacyCode?.Trim().ToUpperInvariant() ?? "";
        if (!role.IsOfAPharmacy()) return (code.Length == 0 ? AccountFault.None : AccountFault.PharmacyNotWanted, null);
        if (code.Length == 0) return (AccountFault.PharmacyNeeded, null);
        var id = await transaction.ScalarAsync<long?>("SELECT id FROM pharmacy WHERE code = @code", new { code });
        return (id is null ? AccountFault.UnknownPharmacy : AccountFault.None, id);
    }

    private Task AuditAsync(WriteTransaction transaction, AccountActor actor, string action, string subject, string? detail = null) =>
        AuditStore.AddAsync(transaction, calendar.Now, actor.Name, action, subject, detail);
}
