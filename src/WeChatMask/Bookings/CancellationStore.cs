using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Bookings;

/// <summary>Gives a booking back. Before the close its place is free at once; after it, the place joins the carry-over.</summary>
public sealed class CancellationStore(
    Database database, RoundQueries rounds, PolicyQueries policies, CityCalendar calendar, Board board, NoticeOutbox notices)
{
    public async Task<Refusal> CancelAsync(long accountId, string number, CancellationToken cancellationToken)
    {
        var refusal = await database.WriteAsync(t => CancelAsync(t, accountId, number), cancellationToken);
        if (refusal == Refusal.None) board.MarkChanged();
        return refusal;
    }

    private async Task<Refusal> CancelAsync(WriteTransaction transaction, long accountId, string number)
    {
        const string select = $"{BookingStore.SelectBooking} WHERE b.number = @number AND b.account_id = @accountId";
        if (await transaction.QueryOneAsync<BookingRow>(select, new { number, accountId }) is not { } seen) return Refusal.UnknownBooking;
        var part = await QuotaStore.LockOfAsync(transaction, seen.Id);
        // Read again: another node may have been first while this one waited for the lock.
        var found = (await transaction.QueryOneAsync<BookingRow>(select, new { number, accountId }))!;
        var round = (await rounds.FindAsync(transaction.Connection, transaction.Transaction, found.RoundDate))!;
        var now = calendar.Now;
        // The answer to the first try may have been lost: what is given back already is given back.
        var until = round.CancelUntil(found.PickupDate, calendar);
        if (found.Status == BookingStatus.Cancelled && now < until) return Refusal.None;
        if (BookingRules.Cancellation(found.Status, until, now) is var refusal and not Refusal.None) return refusal;

        if (!await WithdrawAsync(transaction, policies, round, part, found, round.Policy.CancellationLiftsCooldown, CancelledBy.Self, now)) return Refusal.TooLate;
        await notices.TellAsync(transaction, NoticeCause.Cancelled, round, [new NoticeSubject(found.PharmacyId, found.Id)], now);
        await QuotaStore.TouchBoardAsync(transaction);
        return Refusal.None;
    }

    /// <summary>
    /// Ends a booking and gives its place on: free at once before the close, to the carry-over after it. Call it under the pharmacy's
    /// lock, with what was read under it. Lifted, the booking no longer counts for the cooldown. False when it was not live any more.
    /// </summary>
    internal static async Task<bool> WithdrawAsync(
        WriteTransaction transaction, PolicyQueries policies, RoundState round, PharmacyRound part, BookingRow booking, bool lifted, CancelledBy by, DateTimeOffset now)
    {
        // By the close itself, which comes within a second of its time: what is told of the round is in this order too.
        var late = round.IsClosed;
        var rows = await transaction.ExecuteAsync(
            "UPDATE booking SET status = @cancelled, cancelled_late = @late, settled_at = @now WHERE id = @Id AND status = @booked",
            new { cancelled = BookingStatus.Cancelled, late, now, booking.Id, booked = BookingStatus.Booked });
        if (rows == 0) return false;
        if (await LineAsync(transaction, round, booking, by, late, now) is { } line) transaction.Log(line);
        if (lifted)
        {
            await transaction.ExecuteAsync(
                "DELETE FROM person_hold WHERE person_hash = @PersonHash AND booked_on = @RoundDate AND booking_id = @Id",
                new { booking.PersonHash, booking.RoundDate, booking.Id });
        }

        await GivePlaceBackAsync(transaction, policies, round, part, booking, late, now);
        return true;
    }

    /// <summary>What the log is told: nothing of a round that was annulled as a whole. One whose pickup has moved can only lapse there, after the round's end.</summary>
    private static async Task<LogEntry?> LineAsync(WriteTransaction transaction, RoundState round, BookingRow booking, CancelledBy by, bool late, DateTimeOffset now)
    {
        if (round.WasAnnulledUnlisted) return null;
        if (!booking.IsMoved) return LogEntry.Cancel(round.Date, booking.PharmacyCode, booking.Serial, by, late, now.ToUnixTimeSeconds());
        if (round.EndedAt is null || await transaction.ScalarAsync<long>($"SELECT COUNT(*) FROM booking b WHERE b.id = @Id AND {RoundLogStore.HasLapsed}", new { booking.Id }) > 0) return null;
        return LogEntry.Lapse(round.Date, booking.PharmacyCode, booking.Serial);
    }

    private static async Task GivePlaceBackAsync(
        WriteTransaction transaction, PolicyQueries policies, RoundState round, PharmacyRound part, BookingRow booking, bool late, DateTimeOffset now)
    {
        if (late)
        {
            await transaction.ExecuteAsync(
                "UPDATE pharmacy_round SET cancelled_late = cancelled_late + 1 WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId",
                new { booking.RoundDate, booking.PharmacyId });
            // The round's places have gone on already: this one follows them under a cause of its own, and one whose pickup had moved as what the log calls it.
            if (round.EndedAt is not null)
            {
                var cause = FormattableString.Invariant($"cancel:{booking.Id}");
                await CarryOverStore.PostAsync(
                    transaction, policies, booking.RoundDate, [booking.IsMoved ? new CarryOver(booking.PharmacyId, 0, 1, 0, cause) : new CarryOver(booking.PharmacyId, 0, 0, 1, cause)], now);
                await RoundStore.ReopenReportAsync(transaction, booking.RoundDate);
            }

            return;
        }

        part.Windows.First(w => w.Window == booking.WindowIndex).Taken--;
        // The booking's own window may be over: its place then moves on to the one that is open or comes next.
        if (round.Times.PresentOrNext(now) is { } present) QuotaLedger.RollUpTo(part.Windows, present.Index);
        await QuotaStore.SaveAsync(transaction, round.Date, [part]);
    }
}
