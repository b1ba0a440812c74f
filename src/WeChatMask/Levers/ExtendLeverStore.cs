using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Levers;

/// <summary>Tells those who have yet to collect at one pharmacy that it hands over until later.</summary>
public sealed class ExtendLeverStore(NoticeOutbox notices, CityCalendar calendar) : ILeverWork
{
    public LeverKind Kind => LeverKind.Extend;

    public async Task<int> DoAsync(WriteTransaction transaction, Lever lever, long pharmacy)
    {
        await QuotaStore.LockAsync(transaction, lever.RoundDate, [pharmacy]);
        var waiting = await transaction.QueryAsync<long>(
            "SELECT id FROM booking_pickup WHERE round_date = @RoundDate AND pharmacy_id = @pharmacy AND status = @booked AND is_moved = 0 ORDER BY id",
            new { lever.RoundDate, pharmacy, booked = BookingStatus.Booked });
        var until = LeverEffectQueries.DetailOf(lever).To!.Value;
        await notices.TellExtendedAsync(transaction, lever.Id, lever.RoundDate, pharmacy, waiting, until, calendar.Now);
        return waiting.Count;
    }
}
