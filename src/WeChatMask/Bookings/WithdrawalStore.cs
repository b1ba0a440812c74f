using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Bookings;

/// <summary>Who ended a booking that was not theirs to end; stored by number.</summary>
public enum WithdrawalKind
{
    /// <summary>The person it is for, with their card at a counter.</summary>
    Holder,

    /// <summary>A supervisor, with a reason.</summary>
    Supervisor,
}

/// <summary>Ends bookings that somebody made in another's name: for the card's holder at a counter, and for a supervisor.</summary>
/// <remarks>
/// The place goes where a cancelled one goes. A holder's booking stops to count as a cancelled one does by the policy; an annulled
/// one counts no more, even where it has lapsed or was cancelled.
/// </remarks>
public sealed class WithdrawalStore(Database database, RoundQueries rounds, PolicyQueries policies, CityCalendar calendar, Board board, NoticeOutbox notices)
{
    /// <summary>Cancels what is booked in a card holder's name, at whichever pharmacy. The same request again changes nothing.</summary>
    public Task<Refusal> CancelAsync(Clerk clerk, string number, string holder, string requestId, CancellationToken cancellationToken) =>
        WriteAsync(new Order(WithdrawalKind.Holder, clerk.Staff, number, RedemptionStore.KeyOf(clerk, requestId), null) { Holder = holder }, cancellationToken);

    /// <summary>Annuls a booking that was not handed over. The same request again changes nothing.</summary>
    public Task<Refusal> AnnulAsync(StaffMember staff, string number, string reason, string requestId, CancellationToken cancellationToken) =>
        WriteAsync(new Order(WithdrawalKind.Supervisor, staff, number, FormattableString.Invariant($"staff:{staff.Id}:{requestId}"), reason), cancellationToken);

    private async Task<Refusal> WriteAsync(Order order, CancellationToken cancellationToken)
    {
        var refusal = await database.WriteAsync(t => WriteAsync(t, order), cancellationToken);
        if (refusal == Refusal.None) board.MarkChanged();
        return refusal;
    }

    private async Task<Refusal> WriteAsync(WriteTransaction transaction, Order order)
    {
        const string select = $"{BookingStore.SelectBooking} WHERE b.number = @Number";
        var seen = await transaction.QueryOneAsync<BookingRow>(select, new { order.Number });
        // A number and a card that do not belong together are as good as no number, but for the audit.
        if (seen is null || (order.Holder is not null && order.Holder != seen.PersonHash))
        {
            await NoteAsync(transaction, order, Refusal.UnknownBooking);
            return Refusal.UnknownBooking;
        }

        var part = await QuotaStore.LockOfAsync(transaction, seen.Id);
        if (await transaction.ScalarAsync<long?>("SELECT booking_id FROM withdrawn_booking WHERE request_key = @Key", new { order.Key }) is { } earlier)
            return earlier == seen.Id ? Refusal.None : Refusal.RequestUsed;
        // Read again: a hand-over, a cancellation or the lapse may have been first while this waited for the lock.
        var booking = (await transaction.QueryOneAsync<BookingRow>(select, new { order.Number }))!;
        var round = (await rounds.FindAsync(transaction.Connection, transaction.Transaction, booking.RoundDate))!;
        var now = calendar.Now;
        var refusal = await EndAsync(transaction, order, round, part, booking, now) ? Refusal.None : Refusal.BookingEnded;
        await NoteAsync(transaction, order, refusal);
        if (refusal != Refusal.None) return refusal;
        await transaction.ExecuteAsync(
            """
            INSERT INTO withdrawn_booking (request_key, booking_id, kind, staff_id, reason, withdrawn_at)
            VALUES (@Key, @bookingId, @Kind, @staffId, @Reason, @now)
            """,
            new { order.Key, bookingId = booking.Id, order.Kind, staffId = order.Staff.Id, order.Reason, now });
        await notices.TellWithdrawnAsync(
            transaction, order.Kind == WithdrawalKind.Holder ? NoticeKind.HolderCancelled : NoticeKind.Annulled, booking.RoundDate,
            new NoticeSubject(booking.PharmacyId, booking.Id), Frees(order, round), now);
        await QuotaStore.TouchBoardAsync(transaction);
        return Refusal.None;
    }

    private async Task<bool> EndAsync(WriteTransaction transaction, Order order, RoundState round, PharmacyRound part, BookingRow booking, DateTimeOffset now)
    {
        // Its lever ends it and lifts its hold.
        if (round.IsAnnulled && round.EndedAt is null && booking.Status == BookingStatus.Cancelled) return false;
        if (booking.Status == BookingStatus.Booked)
            return await CancellationStore.WithdrawAsync(transaction, policies, round, part, booking, Frees(order, round), CancelledBy.Staff, now);
        if (order.Kind != WithdrawalKind.Supervisor || booking.Status == BookingStatus.Redeemed) return false;
        // Its place has gone on already; what is left of it keeps the person from booking.
        return await transaction.ExecuteAsync("DELETE FROM person_hold WHERE person_hash = @PersonHash AND booked_on = @RoundDate AND booking_id = @Id", booking) > 0;
    }

    private static bool Frees(Order order, RoundState round) => order.Kind == WithdrawalKind.Supervisor || round.Policy.CancellationLiftsCooldown;

    private Task NoteAsync(WriteTransaction transaction, Order order, Refusal refusal) => AuditStore.AddAsync(
        transaction, calendar.Now, order.Staff.Username, order.Kind == WithdrawalKind.Holder ? "holder.cancel" : "booking.annul", order.Number,
        refusal == Refusal.None ? order.Reason : refusal.ToString());

    private sealed record Order(WithdrawalKind Kind, StaffMember Staff, string Number, string Key, string? Reason)
    {
        /// <summary>The keyed hash of the card's holder, to whom the booking must belong.</summary>
        public string? Holder { get; init; }
    }
}
