using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;

namespace WeChatMask.Bookings;

/// <summary>Gives a booking back. Before the close its place is free at once; after it, the place joins the carry-over.</summary>
public sealed class CancellationStore(Database database, RoundQueries rounds, CityCalendar calendar, Board board, WeChatNotices? weChat = null)
{
    /// <summary>Cancels a booking of the account while its policy allows it.</summary>
    public async Task<Refusal> CancelAsync(long accountId, string number, CancellationToken cancellationToken)
    {
        var refusal = await database.WriteAsync(t => CancelAsync(t, accountId, number, cancellationToken), cancellationToken);
        if (refusal == Refusal.None) board.MarkChanged();
        return refusal;
    }

    private async Task<Refusal> CancelAsync(WriteTransaction transaction, long accountId, string number, CancellationToken cancellationToken)
    {
        const string select = $"{BookingStore.SelectBooking} WHERE b.number = @number AND b.account_id = @accountId";
        if (await transaction.QueryOneAsync<BookingRow>(select, new { number, accountId }) is not { } seen) return Refusal.UnknownBooking;
        var part = (await QuotaStore.LockAsync(transaction, seen.RoundDate, [seen.PharmacyId]))[0];
        // Read again: another node may have been first while this one waited for the lock.
        var found = (await transaction.QueryOneAsync<BookingRow>(select, new { number, accountId }))!;
        var round = (await rounds.FindAsync(transaction.Connection, transaction.Transaction, found.RoundDate))!;
        var now = calendar.Now;
        // The answer to the first try may have been lost: what is given back already is given back.
        if (found.Status == BookingStatus.Cancelled && now < round.Times.CancelUntil) return Refusal.None;
        if (BookingRules.Cancellation(found.Status, round.Times.CancelUntil, now) is var refusal and not Refusal.None) return refusal;

        var late = round.Times.Admission(now, round.IsClosed) == Refusal.Closed;
        var rows = await transaction.ExecuteAsync(
            "UPDATE booking SET status = @cancelled, cancelled_late = @late, settled_at = @now WHERE id = @Id AND status = @booked",
            new { cancelled = BookingStatus.Cancelled, late, now, found.Id, booked = BookingStatus.Booked });
        if (rows == 0) return Refusal.TooLate;
        if (round.Policy.CancellationLiftsCooldown)
            await transaction.ExecuteAsync("DELETE FROM person_hold WHERE booking_id = @Id", new { found.Id });
        await GivePlaceBackAsync(transaction, round, part, found, late, now, cancellationToken);
        if (weChat is not null) await weChat.CancelledAsync(transaction, new NoticeSubject(found.Id, found.RoundDate, found.PharmacyId), now, cancellationToken);
        await QuotaStore.TouchBoardAsync(transaction);
        return Refusal.None;
    }

    private static async Task GivePlaceBackAsync(
        WriteTransaction transaction, RoundState round, PharmacyRound part, BookingRow booking, bool late, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (late)
        {
            await transaction.ExecuteAsync(
                "UPDATE pharmacy_round SET cancelled_late = cancelled_late + 1 WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId",
                new { booking.RoundDate, booking.PharmacyId });
            return;
        }

        part.Windows.First(w => w.Window == booking.WindowIndex).Taken--;
        // The booking's own window may be over: its place then moves on to the one that is open or comes next.
        if (round.Times.PresentOrNext(now) is { } present) PlaceBook.RollUpTo(part.Windows, present.Index);
        await QuotaStore.SaveAsync(transaction, round.Date, [part], cancellationToken);
    }
}
