using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.City;

/// <summary>Opens, pauses or withdraws a pharmacy. Confirmed bookings stand whatever it is set to.</summary>
public sealed class PharmacyStatusStore(Database database, CityCalendar calendar, Board board)
{
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
