using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.City;

/// <summary>Opens, pauses or withdraws a pharmacy. Confirmed bookings stand whatever it is set to.</summary>
public sealed class PharmacyStatusStore(Database database, CityCalendar calendar, Board board)
{
    /// <summary>What is known of a pharmacy, also of one that has yet to join or was withdrawn.</summary>
    public Task<PharmacyFacts?> FindAsync(string code, CancellationToken cancellationToken) => database.QueryOneAsync<PharmacyFacts>(
        "SELECT id, code, name, address, district, phone, quota_group, joins_on, status FROM pharmacy WHERE code = @code", new { code }, cancellationToken);

    /// <summary>Sets the status, with the reason in the audit. The same status again changes nothing.</summary>
    public async Task<Refusal> SetAsync(string actor, string code, PharmacyStatus status, string reason, CancellationToken cancellationToken)
    {
        var refusal = await database.WriteAsync(
            async transaction =>
            {
                var known = await transaction.QueryOneAsync<Known>("SELECT status FROM pharmacy WHERE code = @code", new { code });
                if (known is null) return Refusal.UnknownPharmacy;
                if (known.Status == status) return Refusal.None;
                await transaction.ExecuteAsync("UPDATE pharmacy SET status = @status WHERE code = @code", new { status, code });
                await AuditStore.AddAsync(transaction, calendar.Now, actor, ActionOf(status), code, reason);
                await QuotaStore.TouchBoardAsync(transaction);
                return Refusal.None;
            },
            cancellationToken);
        if (refusal == Refusal.None) board.MarkChanged();
        return refusal;
    }

    /// <summary>Changes the status where it is what it is thought to be; where that is not so, somebody's later word stands. In a transaction that audits it by itself.</summary>
    internal static async Task ChangeAsync(WriteTransaction transaction, long pharmacy, PharmacyStatus from, PharmacyStatus to)
    {
        if (await transaction.ExecuteAsync("UPDATE pharmacy SET status = @to WHERE id = @pharmacy AND status = @from", new { to, pharmacy, from }) > 0)
            await QuotaStore.TouchBoardAsync(transaction);
    }

    private static string ActionOf(PharmacyStatus status) => status switch
    {
        PharmacyStatus.Open => "pharmacy.open",
        PharmacyStatus.Paused => "pharmacy.paused",
        PharmacyStatus.Withdrawn => "pharmacy.withdrawn",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No action sets this status."),
    };

    private sealed class Known
    {
        public PharmacyStatus Status { get; init; }
    }
}

/// <summary>What is known of a pharmacy itself.</summary>
public sealed class PharmacyFacts
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public string Address { get; init; } = "";
    public string District { get; init; } = "";
    public string Phone { get; init; } = "";
    public string QuotaGroup { get; init; } = "";
    public DateOnly JoinsOn { get; init; }
    public PharmacyStatus Status { get; init; }
}
