using System.Security.Cryptography;
using System.Text;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>What a member of staff proves after the log-in name is known: the second factor, or the password once more for a change of the own account.</summary>
/// <remarks>Five wrong ones lock proofs for ten minutes. Only who has the password, or a session, gets as far, so that strangers cannot lock anybody out here.</remarks>
public sealed class StaffProofStore(Database database, CityCalendar calendar, MachineClock machine, PersonalData personal, PasswordHashing hashing)
{
    private const string Select = """
        SELECT s.id, s.username, s.password_hash, s.role, s.pharmacy_id, s.disabled, s.totp_secret, s.proof_failures, s.proof_locked_until,
               CASE WHEN s.wechat_hash IS NULL THEN 0 ELSE 1 END AS has_we_chat,
               (SELECT COUNT(*) FROM staff_recovery_code c WHERE c.staff_id = s.id) AS recovery_codes
          FROM staff s
        """;

    /// <summary>How somebody logs in, or null when there is no such account.</summary>
    public Task<StaffProofs?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.QueryOneAsync<StaffProofs>($"{Select} WHERE s.id = @id", new { id }, cancellationToken);

    /// <summary>The second step of a log-in: takes a code and begins the session, both or neither.</summary>
    /// <param name="id">Who gave the first proof.</param>
    /// <param name="stamp">The <see cref="StaffProofs.Stamp"/> of that moment: a new password since then ends the attempt.</param>
    /// <param name="typed">A code of the app or on paper.</param>
    /// <param name="session">The log-in to begin.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<(ProofFault Fault, StaffProofs? Staff)> EnterAsync(long id, string stamp, string typed, NewSession session, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var staff = await LockAsync(transaction, id);
            if (staff is not { Disabled: false, TotpSecret: not null } || staff.Stamp != stamp) return (ProofFault.Gone, null);
            if (staff.ProofLockedUntil > calendar.Now) return (ProofFault.Locked, null);
            if (!await SpendAsync(transaction, staff, OneTimeCodes.Plain(typed))) return (await FailAsync(transaction, staff, "staff.code_failed"), null);
            await SucceedAsync(transaction, id);
            await SessionStore.BeginAsync(transaction, session, id);
            await AuditAsync(transaction, staff, "staff.code");
            return (ProofFault.None, (StaffProofs?)staff);
        },
        cancellationToken);

    /// <summary>Runs a change of the own account for whoever knows its password; wrong ones are counted.</summary>
    internal async Task<ProofFault> WithPasswordAsync(
        long id, string password, Func<WriteTransaction, StaffProofs, Task<ProofFault>> change, CancellationToken cancellationToken)
    {
        var seen = await FindAsync(id, cancellationToken);
        if (seen is not { Disabled: false }) return ProofFault.Gone;
        if (seen.ProofLockedUntil > calendar.Now) return ProofFault.Locked;
        // Slow on purpose, and so outside the transaction.
        var isTypable = password.Length is > 0 and <= Domain.PasswordRules.Longest && seen.PasswordHash.Length > 0;
        var check = isTypable ? await hashing.CheckAsync(seen.PasswordHash, password, cancellationToken) : new PasswordCheck(false);
        if (check is null) return ProofFault.Busy;
        return await database.WriteAsync(
            async transaction =>
            {
                var staff = await LockAsync(transaction, id);
                if (staff is not { Disabled: false } || staff.PasswordHash != seen.PasswordHash) return ProofFault.Gone;
                // The right one among parallel guesses must not win.
                if (staff.ProofLockedUntil > calendar.Now) return ProofFault.Locked;
                if (!check.IsRight) return await FailAsync(transaction, staff, "staff.password_failed");
                await SucceedAsync(transaction, id);
                return await change(transaction, staff);
            },
            cancellationToken);
    }

    internal static async Task<StaffProofs?> LockAsync(WriteTransaction transaction, long id)
    {
        await transaction.QueryAsync<long>($"SELECT id FROM staff WHERE id = @id{transaction.Engine.ForUpdate}", new { id });
        return await transaction.QueryOneAsync<StaffProofs>($"{Select} WHERE s.id = @id", new { id });
    }

    /// <summary>A first code from a new secret shows that the app has it.</summary>
    internal long? StepOf(string secret, string typed) => OneTimeCodes.StepOf(secret, OneTimeCodes.Plain(typed), machine.Time.GetUtcNow());

    internal string RecoveryHash(long id, string plain) => personal.KeyedHash(HashPurpose.StaffRecovery, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}:{plain}"));

    internal Task AuditAsync(WriteTransaction transaction, StaffProofs staff, string action) =>
        AuditStore.AddAsync(transaction, calendar.Now, staff.Username, action, staff.Username);

    internal async Task<ProofFault> FailAsync(WriteTransaction transaction, StaffProofs staff, string action)
    {
        var locks = staff.ProofFailures + 1 >= LoginLimitStore.MostFailures;
        await transaction.ExecuteAsync(
            "UPDATE staff SET proof_failures = @failures, proof_locked_until = @until WHERE id = @Id",
            new { staff.Id, failures = locks ? 0 : staff.ProofFailures + 1, until = locks ? calendar.Now + LoginLimitStore.LockTime : staff.ProofLockedUntil });
        await AuditStore.TallyAsync(transaction, calendar.Now, action, staff.Username);
        return locks ? ProofFault.Locked : ProofFault.Wrong;
    }

    // Every step of the clock is good once, and every code on paper.
    private async Task<bool> SpendAsync(WriteTransaction transaction, StaffProofs staff, string plain)
    {
        if (plain.Length == OneTimeCodes.RecoveryLength)
        {
            if (await transaction.ExecuteAsync("DELETE FROM staff_recovery_code WHERE staff_id = @Id AND code_hash = @hash", new { staff.Id, hash = RecoveryHash(staff.Id, plain) }) == 0) return false;
            await AuditAsync(transaction, staff, "staff.recovery_code");
            return true;
        }

        return OneTimeCodes.StepOf(personal.Decrypt(staff.TotpSecret!), plain, machine.Time.GetUtcNow()) is { } step
            && await transaction.ExecuteAsync("UPDATE staff SET totp_step = @step WHERE id = @Id AND totp_step < @step", new { staff.Id, step }) == 1;
    }

    private static Task<int> SucceedAsync(WriteTransaction transaction, long id) =>
        transaction.ExecuteAsync("UPDATE staff SET proof_failures = 0, proof_locked_until = 0 WHERE id = @id", new { id });
}

/// <summary>How a member of staff logs in. Nothing of it is shown.</summary>
public sealed class StaffProofs
{
    private const int StampBytes = 12;

    public long Id { get; init; }
    public string Username { get; init; } = "";
    public string PasswordHash { get; init; } = "";
    public StaffRole Role { get; init; }
    public long? PharmacyId { get; init; }
    public bool Disabled { get; init; }
    public string? TotpSecret { get; init; }
    public int ProofFailures { get; init; }
    public DateTimeOffset ProofLockedUntil { get; init; }
    public bool HasWeChat { get; init; }
    public int RecoveryCodes { get; init; }

    public bool HasTotp => TotpSecret is not null;

    /// <summary>Tells whether the password is still the one of before without giving anything of it away.</summary>
    public string Stamp => StampOf(PasswordHash);

    public override string ToString() => Username;

    internal static string StampOf(string passwordHash) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(passwordHash)).AsSpan(0, StampBytes));
}

/// <summary>Why a proof was not taken. Each has its sentence in <c>Text/Accounts.resx</c>.</summary>
public enum ProofFault
{
    None,
    Wrong,

    /// <summary>Too many passwords are looked at in this moment: nothing was, and nothing counted.</summary>
    Busy,

    /// <summary>Too many wrong ones; ten minutes long not even the right one is taken.</summary>
    Locked,

    /// <summary>The account has changed since: one logs in anew.</summary>
    Gone,

    /// <summary>The new password is none, by <see cref="Domain.PasswordRules"/>.</summary>
    InvalidPassword,

    /// <summary>An administrator cannot do without a second factor.</summary>
    Required,

    /// <summary>The first code from a new secret is wrong.</summary>
    WrongFirstCode,

    /// <summary>This account of WeChat logs somebody else in already.</summary>
    BoundElsewhere,

    /// <summary>Only clerks bind an account of WeChat.</summary>
    NotForRole,
}
