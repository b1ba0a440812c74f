using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Bookings;

/// <summary>What became of a provisional booking.</summary>
public enum ProvisionalOutcome
{
    Waiting,
    Confirmed,

    /// <summary>The registry says no; the booking was cancelled.</summary>
    NotEligible,

    /// <summary>The registry did not answer in time; the booking stands.</summary>
    Unanswered,

    /// <summary>Given back before the registry answered.</summary>
    Withdrawn,
}

/// <summary>Bookings made while the registry did not answer: remembers them, and settles them before their list is published.</summary>
/// <remarks>
/// Confirmed, the booking's one message tells so; refused, the booking is cancelled as its person could have done it (before
/// the close its place is free at once, after it joins the carry-over), no longer counts for the cooldown, and its one
/// message tells that.
/// </remarks>
public sealed class ProvisionalStore(Database database, RoundQueries rounds, PolicyQueries policies, CityCalendar calendar, Board board, NoticeOutbox notices)
{
    private const int AtOnce = 500;

    /// <summary>Remembers a batch's provisional bookings, in the batch's transaction.</summary>
    public static Task AddAsync(WriteTransaction transaction, RoundState round, IReadOnlyCollection<BookingRow> made) =>
        made.Count == 0
            ? Task.CompletedTask
            : transaction.InsertManyAsync(
                "provisional_booking",
                ["booking_id", "round_date", "resident_id", "settle_until", "outcome"],
                [
                    .. made.Select(b => new object?[]
                    {
                        b.Id, round.Date.Column(), b.ResidentId, EligibilityRules.SettleUntil(round.Times).Column(), (int)ProvisionalOutcome.Waiting,
                    }),
                ]);

    /// <summary>Settles what the registry has answered since. Returns how many bookings.</summary>
    public async Task<int> SettleAnsweredAsync(CancellationToken cancellationToken)
    {
        var settled = 0;
        foreach (var round in await rounds.UnfinishedAsync(cancellationToken))
        {
            while (await AnsweredAsync(round.Date, cancellationToken) is { Count: > 0 } answered)
            {
                var done = await database.WriteAsync(t => SettleAsync(t, round.Date, answered), cancellationToken);
                if (done == 0) break;
                settled += done;
            }
        }

        if (settled > 0) board.MarkChanged();
        return settled;
    }

    /// <summary>
    /// Whether nothing of a closed round waits for the registry any more. When its time is over, what waits still is let stand
    /// here. Call it under the locks of all the round's pharmacies, in the transaction that goes on to the lists.
    /// </summary>
    public static async Task<bool> AllSettledAsync(WriteTransaction transaction, NoticeOutbox notices, RoundState round, DateTimeOffset now)
    {
        await ForgetWithdrawnAsync(transaction, round.Date, now);
        var waiting = await transaction.QueryAsync<BookingRow>(
            $"{BookingStore.SelectBooking} WHERE v.outcome = @waiting AND v.round_date = @Date ORDER BY b.id",
            new { waiting = ProvisionalOutcome.Waiting, round.Date });
        if (waiting.Count == 0) return true;
        if (now < EligibilityRules.SettleUntil(round.Times)) return false;
        await NoteAsync(transaction, waiting, ProvisionalOutcome.Unanswered, now);
        await notices.TellAsync(transaction, NoticeCause.Confirmed, round, Subjects(waiting), now);
        await AuditStore.AddAsync(
            transaction, now, AuditStore.Nobody, "eligibility.unanswered", FormattableString.Invariant($"{round.Date:yyyy-MM-dd}"),
            FormattableString.Invariant($"{waiting.Count} bookings stand without the registry's word"));
        return true;
    }

    private Task<List<Answered>> AnsweredAsync(DateOnly round, CancellationToken cancellationToken) => database.QueryAsync<Answered>(
        $"""
        SELECT v.booking_id, b.pharmacy_id
          FROM provisional_booking v
          JOIN booking b  ON b.id = v.booking_id
          JOIN resident p ON p.id = v.resident_id
         WHERE v.outcome = @waiting AND v.round_date = @round AND p.registry_at >= b.created_at
         ORDER BY v.booking_id
         LIMIT {AtOnce}
        """,
        new { waiting = ProvisionalOutcome.Waiting, round },
        cancellationToken);

    private async Task<int> SettleAsync(WriteTransaction transaction, DateOnly date, List<Answered> answered)
    {
        var parts = (await QuotaStore.LockAsync(transaction, date, [.. answered.Select(a => a.PharmacyId).Distinct().Order()])).ToDictionary(p => p.PharmacyId);
        var now = calendar.Now;
        // Read under the locks: the close, a cancellation or another node's settling may have come first.
        var round = (await rounds.FindAsync(transaction.Connection, transaction.Transaction, date))!;
        await ForgetWithdrawnAsync(transaction, date, now);
        var live = await transaction.QueryAsync<Decided>(
            $"""
            SELECT v.booking_id, p.eligible
              FROM provisional_booking v
              JOIN booking b  ON b.id = v.booking_id
              JOIN resident p ON p.id = v.resident_id
             WHERE v.booking_id {transaction.Engine.AnyOf("ids")} AND v.outcome = @waiting AND p.registry_at >= b.created_at
            """,
            new { ids = answered.ConvertAll(a => a.BookingId), waiting = ProvisionalOutcome.Waiting });
        if (live.Count == 0) return 0;
        // One that stands at another pharmacy by now has its turn under that one's lock.
        var rows = (await transaction.QueryAsync<BookingRow>(
            $"{BookingStore.SelectBooking} WHERE b.id {transaction.Engine.AnyOf("ids")} ORDER BY b.id", new { ids = live.ConvertAll(a => a.BookingId) }))
            .FindAll(b => parts.ContainsKey(b.PharmacyId));
        var eligible = live.Where(l => l.Eligible).Select(l => l.BookingId).ToHashSet();
        var confirmed = rows.FindAll(b => eligible.Contains(b.Id));
        var refused = rows.FindAll(b => !eligible.Contains(b.Id));
        foreach (var booking in refused)
            await CancellationStore.WithdrawAsync(transaction, policies, round, parts[booking.PharmacyId], booking, lifted: true, CancelledBy.Registry, now);
        await NoteAsync(transaction, confirmed, ProvisionalOutcome.Confirmed, now);
        await NoteAsync(transaction, refused, ProvisionalOutcome.NotEligible, now);
        await notices.TellAsync(transaction, NoticeCause.Confirmed, round, Subjects(confirmed), now);
        await notices.TellAsync(transaction, NoticeCause.Refused, round, Subjects(refused), now);
        if (refused.Count > 0) await QuotaStore.TouchBoardAsync(transaction);
        return rows.Count;
    }

    private static Task<int> ForgetWithdrawnAsync(WriteTransaction transaction, DateOnly round, DateTimeOffset now) => transaction.ExecuteAsync(
        """
        UPDATE provisional_booking SET outcome = @withdrawn, settled_at = @now
         WHERE outcome = @waiting AND round_date = @round AND booking_id IN (SELECT id FROM booking WHERE round_date = @round AND status <> @booked)
        """,
        new { withdrawn = ProvisionalOutcome.Withdrawn, waiting = ProvisionalOutcome.Waiting, now, round, booked = BookingStatus.Booked });

    private static Task NoteAsync(
        WriteTransaction transaction, IReadOnlyCollection<BookingRow> bookings, ProvisionalOutcome outcome, DateTimeOffset now) =>
        transaction.ExecuteManyAsync(
            "UPDATE provisional_booking SET outcome = @outcome, settled_at = @now WHERE booking_id = @Id",
            [.. bookings.Select(b => new { outcome, now, b.Id })]);

    private static NoticeSubject[] Subjects(IEnumerable<BookingRow> bookings) => [.. bookings.Select(b => new NoticeSubject(b.PharmacyId, b.Id))];

    private sealed class Answered
    {
        public long BookingId { get; init; }
        public long PharmacyId { get; init; }
    }

    private sealed class Decided
    {
        public long BookingId { get; init; }
        public bool Eligible { get; init; }
    }
}
