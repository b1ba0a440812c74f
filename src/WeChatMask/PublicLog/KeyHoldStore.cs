using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.PublicLog;

/// <summary>Rounds in dispute: a supervisor keeps a round's key when its lists come down, and says why.</summary>
public sealed class KeyHoldStore(Database database)
{
    public const int LongestReason = 200;

    /// <summary>The rounds whose key is held, newest first.</summary>
    public Task<List<KeyHold>> AllAsync(CancellationToken cancellationToken) => database.QueryAsync<KeyHold>(
        "SELECT round_date, held_at, held_by, hold_reason FROM round_key WHERE held_at IS NOT NULL ORDER BY round_date DESC", cancellationToken: cancellationToken);

    /// <summary>Holds a key. False where the round has none, or none any more. A key that is held stays as it is held.</summary>
    public Task<bool> HoldAsync(StaffMember staff, DateOnly round, string reason, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var now = transaction.Engine.Now;
            if (await transaction.ExecuteAsync(
                "UPDATE round_key SET held_at = @now, held_by = @Username, hold_reason = @reason WHERE round_date = @round AND sealed IS NOT NULL AND held_at IS NULL",
                new { now, staff.Username, reason, round }) > 0)
            {
                await AuditStore.AddAsync(transaction, now, staff.Username, "key.hold", CityFormatter.Date(round), reason);
                return true;
            }

            return await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM round_key WHERE round_date = @round AND held_at IS NOT NULL", new { round }) > 0;
        },
        cancellationToken);

    /// <summary>Lets a key go: it is destroyed when the round's lists come down, or at the next purge where they have. False where it is not held.</summary>
    public Task<bool> ReleaseAsync(StaffMember staff, DateOnly round, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var now = transaction.Engine.Now;
            if (await transaction.ExecuteAsync(
                "UPDATE round_key SET held_at = NULL, held_by = NULL, hold_reason = NULL WHERE round_date = @round AND held_at IS NOT NULL", new { round }) == 0) return false;
            await AuditStore.AddAsync(transaction, now, staff.Username, "key.release", CityFormatter.Date(round));
            return true;
        },
        cancellationToken);
}

/// <summary>A round whose key is held.</summary>
public sealed class KeyHold
{
    public DateOnly RoundDate { get; init; }
    public DateTimeOffset HeldAt { get; init; }
    public string HeldBy { get; init; } = "";
    public string HoldReason { get; init; } = "";
}
