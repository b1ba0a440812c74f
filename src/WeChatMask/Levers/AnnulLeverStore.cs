using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Levers;

/// <summary>Ends the bookings of an annulled round at one pharmacy: they count as cancelled after the close, and no more for anybody's cooldown.</summary>
public sealed class AnnulLeverStore(RoundQueries rounds, NoticeOutbox notices, CityCalendar calendar) : ILeverWork
{
    private const string Live = "round_date = @RoundDate AND pharmacy_id = @pharmacy AND status = @booked";

    public LeverKind Kind => LeverKind.Annul;

    public async Task<int> DoAsync(WriteTransaction transaction, Lever lever, long pharmacy)
    {
        await QuotaStore.LockAsync(transaction, lever.RoundDate, [pharmacy]);
        if (await rounds.FindAsync(transaction.Connection, transaction.Transaction, lever.RoundDate) is not { IsAnnulled: true } round) return 0;
        var now = calendar.Now;
        var args = new { lever.RoundDate, pharmacy, booked = BookingStatus.Booked, cancelled = BookingStatus.Cancelled, now };
        var live = await transaction.QueryAsync<(long Id, int Serial, int Moved)>(
            $"SELECT id, serial, CASE WHEN EXISTS (SELECT 1 FROM moved_pickup m WHERE m.booking_id = booking.id) THEN 1 ELSE 0 END FROM booking WHERE {Live} ORDER BY id", args);
        if (live.Count == 0) return 0;
        await transaction.ExecuteAsync(
            $"DELETE FROM person_hold WHERE (person_hash, booked_on, booking_id) IN (SELECT person_hash, round_date, id FROM booking WHERE {Live})", args);
        await transaction.ExecuteAsync($"UPDATE booking SET status = @cancelled, cancelled_late = 1, settled_at = @now WHERE {Live}", args);
        if (!round.WasAnnulledUnlisted)
        {
            var code = await transaction.ScalarAsync<string>("SELECT code FROM pharmacy WHERE id = @pharmacy", args);
            transaction.Log(live.Where(b => b.Moved == 0).Select(b => LogEntry.Cancel(round.Date, code!, b.Serial, CancelledBy.Staff, late: true, now.ToUnixTimeSeconds())));
        }

        await transaction.ExecuteAsync(
            "UPDATE pharmacy_round SET cancelled_late = cancelled_late + @Count WHERE round_date = @RoundDate AND pharmacy_id = @pharmacy",
            new { live.Count, lever.RoundDate, pharmacy });
        await notices.TellAsync(
            transaction, NoticeCause.RoundAnnulled, round, [.. live.Select(b => new NoticeSubject(pharmacy, b.Id) { HasMoved = b.Moved == 1 })], now);
        return live.Count;
    }
}
