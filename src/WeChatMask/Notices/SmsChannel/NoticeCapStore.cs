using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Counts notices against each number's share of the day, once a message and day however often it is tried.</summary>
public sealed class NoticeCapStore(Database database, SmsNumbers numbers, CityCalendar calendar)
{
    /// <summary>Counts what is about to be sent.</summary>
    /// <returns>Ids of the notices that must wait until tomorrow.</returns>
    public async Task<IReadOnlySet<long>> TakeAsync(IReadOnlyCollection<(LeasedNotice Notice, SmsMessage? Sms)> messages, CancellationToken cancellationToken)
    {
        var today = calendar.Today;
        var mobiles = messages.Where(m => m.Sms is not null && m.Notice.CountedOn != today).ToDictionary(m => m.Notice.Id, m => m.Sms!.Mobile);
        if (mobiles.Count == 0) return new HashSet<long>();
        return await database.WriteAsync(
            async transaction =>
            {
                var over = await numbers.TakeNoticesAsync(transaction, mobiles);
                long[] counted = [.. mobiles.Keys.Where(id => !over.Contains(id)).Order()];
                if (counted.Length > 0)
                {
                    await transaction.ExecuteAsync(
                        $"UPDATE outbox SET counted_on = @today WHERE id {transaction.Engine.AnyOf("counted")}", new { today, counted });
                }

                return over;
            },
            cancellationToken);
    }
}
