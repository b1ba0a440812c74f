using WeChatMask.Audit;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Destroys what an account has given us, as far as no running round still needs it, and audits that it was asked for.</summary>
/// <remarks>
/// A removed person's particulars go at once, or, while a round they booked in still runs, with its end: its list is
/// published and its counter asks by them. The keyed hash stays while a cooldown runs, since a person could otherwise
/// book again by deleting themselves.
/// </remarks>
public sealed class ErasureStore(Database database, CityCalendar calendar)
{
    /// <summary>What stands in the place of a hash that was destroyed; the row's id makes it unique.</summary>
    internal const string NoHash = "erased:";

    /// <summary>Removed persons whose particulars are there still, and who have no part in a running round.</summary>
    internal const string Removed = """
        id_number <> '' AND removed_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM booking b JOIN round r ON r.date = b.round_date
                         WHERE b.account_id = resident.account_id AND b.resident_id = resident.id AND r.ended_at IS NULL)
        """;

    internal const string NoParticulars = "name = '', id_number = '', mobile = '', reason = NULL, called = NULL, proof_salt = NULL, proof = NULL";

    /// <summary>Destroys the particulars of <see cref="Removed"/>. May be narrowed by a further AND.</summary>
    internal const string DestroyRemoved = $"UPDATE resident SET {NoParticulars} WHERE {Removed}";

    /// <summary>Removes all persons of an account, unless one of them has an open booking.</summary>
    public Task<Refusal> EraseAsync(long accountId, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await HoldDeskAsync(transaction);
            var open = await transaction.ScalarAsync<int>(
                "SELECT COUNT(*) FROM booking WHERE account_id = @accountId AND status = @booked", new { accountId, booked = BookingStatus.Booked });
            if (open > 0) return Refusal.HasOpenBooking;
            var removed = await transaction.ExecuteAsync(
                "UPDATE resident SET removed_at = @now WHERE account_id = @accountId AND removed_at IS NULL", new { now = calendar.Now, accountId });
            await transaction.ExecuteAsync($"{DestroyRemoved} AND account_id = @accountId", new { accountId });
            // A second press finds nothing more to do and leaves no second line.
            var complaints = await CaseForgettingStore.EraseAsync(transaction, accountId, calendar.Now);
            if (removed + complaints > 0) await AuditAsync(transaction, accountId, "data.erase");
            return Refusal.None;
        },
        cancellationToken);

    /// <summary>Holds the places of rounds that can still be booked, so that no desk books for a person who is being removed.</summary>
    internal static async Task HoldDeskAsync(WriteTransaction transaction)
    {
        foreach (var round in await transaction.QueryAsync<DateOnly>("SELECT date FROM round WHERE closed_at IS NULL ORDER BY date"))
            await QuotaStore.LockAsync(transaction, round);
    }

    public Task NoteCopyAsync(long accountId, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => AuditAsync(transaction, accountId, "data.export"), cancellationToken);

    private Task AuditAsync(WriteTransaction transaction, long accountId, string action)
    {
        var account = FormattableString.Invariant($"account:{accountId}");
        return AuditStore.AddAsync(transaction, calendar.Now, account, action, account);
    }
}
