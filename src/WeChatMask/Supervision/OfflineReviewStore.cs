using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Supervision;

/// <summary>Writes down that a supervisor has looked into a hand-over that was made without a network.</summary>
public sealed class OfflineReviewStore(Database database, CityCalendar calendar)
{
    /// <summary>Marks one as looked into, with what was found. Again changes nothing.</summary>
    public Task<Refusal> ReviewAsync(string actor, long id, string note, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var number = await transaction.ScalarAsync<string>("SELECT number FROM offline_hand_over WHERE id = @id", new { id });
            if (number is null) return Refusal.UnknownBooking;
            var now = calendar.Now;
            var rows = await transaction.ExecuteAsync(
                "UPDATE offline_hand_over SET reviewed_at = @now, reviewed_by = @actor, review_note = @note WHERE id = @id AND reviewed_at IS NULL",
                new { now, actor, note, id });
            if (rows == 1) await AuditStore.AddAsync(transaction, now, actor, "offline.review", number, note);
            return Refusal.None;
        },
        cancellationToken);
}
