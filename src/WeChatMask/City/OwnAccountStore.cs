using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>What members of staff change of their own account. Each change asks for the password, is audited, and ends the other log-ins.</summary>
public sealed class OwnAccountStore(Database database, StaffProofStore proofs, PersonalData personal, PasswordHashing hashing)
{
    /// <summary>Sets another password. The log-in that asks goes on.</summary>
    public async Task<ProofFault> ChangePasswordAsync(long id, string password, string newPassword, string session, CancellationToken cancellationToken)
    {
        if (await hashing.HashAsync(newPassword, cancellationToken) is not { } hash) return ProofFault.Busy;
        return await proofs.WithPasswordAsync(
            id, password,
            async (transaction, staff) =>
            {
                if (PasswordRules.Judge(newPassword, staff.Username) != PasswordFault.None) return ProofFault.InvalidPassword;
                await transaction.ExecuteAsync("UPDATE staff SET password_hash = @hash WHERE id = @id", new { id, hash });
                await SessionStore.EndAllAsync(transaction, SessionKind.Staff, id, session);
                await proofs.AuditAsync(transaction, staff, "staff.password");
                return ProofFault.None;
            },
            cancellationToken);
    }

    /// <summary>Takes an app's secret once a code of it is right, in place of any before, and gives new recovery codes. They cannot be shown again.</summary>
    /// <param name="id">Whose it is.</param>
    /// <param name="password">The password.</param>
    /// <param name="secret">The secret that was shown.</param>
    /// <param name="code">The app's code.</param>
    /// <param name="session">The log-in that goes on.</param>
    /// <param name="next">A log-in that takes its place, for whom the second factor opens more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<(ProofFault Fault, IReadOnlyList<string> Codes)> TurnOnTotpAsync(
        long id, string password, string secret, string code, string session, NewSession? next, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> codes = [];
        var fault = await proofs.WithPasswordAsync(
            id, password,
            async (transaction, staff) =>
            {
                if (proofs.StepOf(secret, code) is not { } step) return ProofFault.WrongFirstCode;
                await transaction.ExecuteAsync(
                    "UPDATE staff SET totp_secret = @totp, totp_step = @step WHERE id = @id", new { id, totp = personal.Encrypt(secret), step });
                codes = await NewCodesAsync(transaction, id);
                await EndOthersAsync(transaction, id, next is null ? session : "");
                if (next is not null) await SessionStore.BeginAsync(transaction, next, id);
                await proofs.AuditAsync(transaction, staff, "staff.totp_on");
                return ProofFault.None;
            },
            cancellationToken);
        return (fault, fault == ProofFault.None ? codes : []);
    }

    public Task<ProofFault> TurnOffTotpAsync(long id, string password, string session, CancellationToken cancellationToken) => proofs.WithPasswordAsync(
        id, password,
        async (transaction, staff) =>
        {
            if (staff.Role == StaffRole.Administrator) return ProofFault.Required;
            await transaction.ExecuteAsync("UPDATE staff SET totp_secret = NULL WHERE id = @id", new { id });
            await transaction.ExecuteAsync("DELETE FROM staff_recovery_code WHERE staff_id = @id", new { id });
            await EndOthersAsync(transaction, id, session);
            await proofs.AuditAsync(transaction, staff, "staff.totp_off");
            return ProofFault.None;
        },
        cancellationToken);

    /// <summary>Gives new recovery codes; the old ones end.</summary>
    public async Task<(ProofFault Fault, IReadOnlyList<string> Codes)> RenewCodesAsync(long id, string password, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> codes = [];
        var fault = await proofs.WithPasswordAsync(
            id, password,
            async (transaction, staff) =>
            {
                if (!staff.HasTotp) return ProofFault.Gone;
                codes = await NewCodesAsync(transaction, id);
                await proofs.AuditAsync(transaction, staff, "staff.recovery_codes");
                return ProofFault.None;
            },
            cancellationToken);
        return (fault, fault == ProofFault.None ? codes : []);
    }

    /// <summary>Binds an account of WeChat to a clerk, who may log in by it from now on.</summary>
    public async Task<ProofFault> BindAsync(WriteTransaction transaction, long id, string openId)
    {
        var hash = personal.KeyedHash(HashPurpose.StaffWeChat, openId);
        if (await StaffProofStore.LockAsync(transaction, id) is not { Disabled: false } staff) return ProofFault.Gone;
        if (staff.Role != StaffRole.Clerk) return ProofFault.NotForRole;
        if (await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE wechat_hash = @hash AND id <> @id", new { hash, id }) > 0) return ProofFault.BoundElsewhere;
        await transaction.ExecuteAsync("UPDATE staff SET wechat_hash = @hash WHERE id = @id", new { id, hash });
        await proofs.AuditAsync(transaction, staff, "staff.wechat_bound");
        return ProofFault.None;
    }

    public Task<ProofFault> UnbindAsync(long id, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (await StaffProofStore.LockAsync(transaction, id) is not { } staff) return ProofFault.Gone;
            if (await transaction.ExecuteAsync("UPDATE staff SET wechat_hash = NULL WHERE id = @id AND wechat_hash IS NOT NULL", new { id }) == 1)
                await proofs.AuditAsync(transaction, staff, "staff.wechat_unbound");
            return ProofFault.None;
        },
        cancellationToken);

    /// <summary>The clerk whom an account of WeChat logs in, or null when it is bound to nobody who may. The session begins at once, unless a code is still to come.</summary>
    public async Task<StaffProofs?> LogInByWeChatAsync(WriteTransaction transaction, string openId, NewSession session)
    {
        var hash = personal.KeyedHash(HashPurpose.StaffWeChat, openId);
        if (await transaction.ScalarAsync<long?>("SELECT id FROM staff WHERE wechat_hash = @hash", new { hash }) is not { } id) return null;
        var staff = await StaffProofStore.LockAsync(transaction, id);
        // It may have been unbound before the row was held.
        var isStillBound = await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM staff WHERE id = @id AND wechat_hash = @hash", new { id, hash }) == 1;
        if (!isStillBound || staff is not { Disabled: false, Role: StaffRole.Clerk, PasswordHash.Length: > 0 }) return null;
        if (staff.HasTotp) return staff;
        await SessionStore.BeginAsync(transaction, session, id);
        await proofs.AuditAsync(transaction, staff, "staff.login_by_wechat");
        return staff;
    }

    private static Task<int> EndOthersAsync(WriteTransaction transaction, long id, string session) => SessionStore.EndAllAsync(transaction, SessionKind.Staff, id, session);

    private async Task<IReadOnlyList<string>> NewCodesAsync(WriteTransaction transaction, long id)
    {
        var codes = OneTimeCodes.NewRecoveryCodes();
        await transaction.ExecuteAsync("DELETE FROM staff_recovery_code WHERE staff_id = @id", new { id });
        await transaction.InsertManyAsync("staff_recovery_code", ["staff_id", "code_hash"], [.. codes.Select(c => new object?[] { id, proofs.RecoveryHash(id, c) })]);
        return codes;
    }
}
