using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>Takes a hand-over back. Its row stays and is flagged; figures, proxy count and booking follow.</summary>
public sealed class VoidStore(Database database, RedemptionStore redemptions, PolicyQueries policies, CityCalendar calendar, Board board)
{
    /// <summary>Takes back what was handed over for a booking: a clerk for a while and at the own pharmacy, a supervisor at any time.</summary>
    public async Task<VoidAnswer> VoidAsync(StaffMember staff, string number, string reason, CancellationToken cancellationToken)
    {
        var answer = await database.WriteAsync(t => VoidAsync(t, staff, number, reason), cancellationToken);
        if (answer.Refusal == Refusal.None) board.MarkChanged();
        return answer;
    }

    private async Task<VoidAnswer> VoidAsync(
        WriteTransaction transaction, StaffMember staff, string number, string reason)
    {
        var found = await RedemptionStore.FindAsync(transaction, number);
        if (found is null || !IsOf(staff, found)) return new VoidAnswer(Refusal.UnknownBooking);
        await QuotaStore.LockOfAsync(transaction, found.Id);
        var booking = (await RedemptionStore.FindAsync(transaction, number))!;
        if (!IsOf(staff, booking)) return new VoidAnswer(Refusal.UnknownBooking);
        if (booking is not { Status: BookingStatus.Redeemed, RedemptionId: { } redemption, RedeemedAt: { } redeemedAt })
            return new VoidAnswer(Refusal.NotRedeemed);
        var now = calendar.Now;
        if (staff.Role != StaffRole.Supervisor && now - redeemedAt > RedemptionRules.VoidTime) return new VoidAnswer(Refusal.TooLate);

        await transaction.ExecuteAsync(
            "UPDATE redemption SET voided_at = @now, void_reason = @reason, voided_by = @by WHERE id = @redemption AND voided_at IS NULL",
            new { now, reason, by = staff.Id, redemption });
        if (booking is { ProxyCounted: true, ProxyHash: { } hash })
        {
            await transaction.ExecuteAsync(
                "UPDATE proxy_day SET used = used - 1 WHERE proxy_hash = @hash AND pickup_date = @PickupDate AND used > 0",
                new { hash, booking.PickupDate });
        }

        // Whose pickup has moved may still come after the round has ended.
        var over = booking.EndedAt is not null && (!booking.IsMoved || now >= booking.PickupClosesAt);
        var status = over ? BookingStatus.Lapsed : BookingStatus.Booked;
        await MoveBackAsync(transaction, booking, status, now);
        await LogPendingStore.AddAsync(transaction, Lines(booking));
        if (status == BookingStatus.Lapsed) await LapseAsync(transaction, booking, redemption, now);
        await RoundStore.ReopenReportAsync(transaction, booking.RoundDate);
        if (status == BookingStatus.Booked && booking.RoundAnnulledAt is not null) await RoundStore.ReopenAnnulmentAsync(transaction, booking.RoundDate, booking.PharmacyId);
        await redemptions.TellAsync(transaction, NoticeKind.HandOverVoided, booking, redemption, now);
        await AuditStore.AddAsync(transaction, now, staff.Username, "redemption.void", number, reason);
        await QuotaStore.TouchBoardAsync(transaction);
        return new VoidAnswer(Refusal.None, status);
    }

    /// <summary>Behind the hand-over, which may still wait to be told. Taken back, a booking waits in the log for the round's own day again.</summary>
    private List<LogEntry> Lines(CounterBooking booking)
    {
        List<LogEntry> lines = [LogEntry.Void(booking.RoundDate, booking.PharmacyCode, booking.Serial)];
        if (booking.IsMoved && booking.EndedAt is null) lines.Add(LogEntry.Move(booking.RoundDate, booking.PharmacyCode, booking.Serial, calendar.DateOf(booking.PickupClosesAt)));
        return lines;
    }

    private static bool IsOf(StaffMember staff, CounterBooking booking) => staff.PharmacyId is not { } own || own == booking.PharmacyId;

    private static async Task MoveBackAsync(WriteTransaction transaction, CounterBooking booking, BookingStatus status, DateTimeOffset now)
    {
        var lapsed = status == BookingStatus.Lapsed;
        await transaction.ExecuteAsync(
            "UPDATE booking SET status = @status, settled_at = @settled WHERE id = @Id AND status = @redeemed",
            new { status, settled = lapsed ? now.Column() : (long?)null, booking.Id, redeemed = BookingStatus.Redeemed });
        await transaction.ExecuteAsync(
            "UPDATE pharmacy_round SET redeemed = redeemed - 1, lapsed = lapsed + @more WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId",
            new { more = lapsed ? 1 : 0, booking.RoundDate, booking.PharmacyId });
    }

    /// <summary>The round has ended and its places have gone on; this one follows them under a cause of its own.</summary>
    private async Task LapseAsync(
        WriteTransaction transaction, CounterBooking booking, long redemption, DateTimeOffset now)
    {
        var policy = await policies.GetAsync(transaction.Connection, transaction.Transaction, booking.PolicyId);
        if (!policy.LapseKeepsCooldown)
            await transaction.ExecuteAsync("DELETE FROM person_hold WHERE person_hash = @PersonHash AND booked_on = @RoundDate AND booking_id = @Id", new { booking.PersonHash, booking.RoundDate, booking.Id });
        var cause = FormattableString.Invariant($"void:{redemption}");
        await CarryOverStore.PostAsync(
            transaction, policies, booking.RoundDate, [new CarryOver(booking.PharmacyId, 0, 1, 0, cause)], now);
    }
}

/// <summary>Why not, or the state of the booking afterwards.</summary>
public sealed record VoidAnswer(Refusal Refusal, BookingStatus Status = BookingStatus.Booked);
