using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;

namespace WeChatMask.DayEnd;

/// <summary>Ends a round: what was not collected lapses, and every unused place goes to the pharmacy's next round.</summary>
public sealed class LapseStore(
    Database database, RoundQueries rounds, PolicyQueries policies, MovedPickupStore moved, ShortageStore stock, CityCalendar calendar, Board board,
    NoticeOutbox notices)
{
    // Whose pickup has moved waits for that day.
    private const string Due = "round_date = @Date AND status = @booked AND NOT EXISTS (SELECT 1 FROM moved_pickup m WHERE m.booking_id = booking.id)";

    /// <summary>Ends every published round whose pickup hours are over, and bookings whose pickup had moved and is over too. Returns how many rounds and bookings were ended.</summary>
    public async Task<int> LapseAsync(CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var round in await rounds.UnfinishedAsync(cancellationToken))
        {
            if (round.PublishedAt is null || calendar.Now < round.Times.PickupClosesAt) continue;
            ended += await database.WriteAsync(t => EndAsync(t, round), cancellationToken) ? 1 : 0;
        }

        ended += await moved.LapseAsync(cancellationToken);
        if (ended > 0) board.MarkChanged();
        return ended;
    }

    private async Task<bool> EndAsync(WriteTransaction transaction, RoundState round)
    {
        // The locks come first: a hand-over on another node is either counted before them or finds the round ended.
        await QuotaStore.LockAsync(transaction, round.Date);
        var now = calendar.Now;
        if (await GoesOnAsync(transaction, round.Date, now)) return false;
        var rows = await transaction.ExecuteAsync(
            "UPDATE round SET ended_at = @now, phase = @ended WHERE date = @Date AND ended_at IS NULL",
            new { now, ended = RoundPhase.Ended, round.Date });
        if (rows == 0) return false;
        transaction.Log(LogEntry.End(round.Date, now.ToUnixTimeSeconds()));
        var withdrawn = await transaction.QueryAsync<(long PharmacyId, string Code, int Serial)>(
            """
            SELECT p.id, p.code, b.serial
              FROM moved_pickup m
              JOIN booking b  ON b.id = m.booking_id AND b.status = @cancelled
              JOIN pharmacy p ON p.id = b.pharmacy_id
             WHERE m.round_date = @Date
             ORDER BY p.code, b.serial
            """,
            new { round.Date, cancelled = BookingStatus.Cancelled });
        // What has moved cannot be cancelled in the log: it lapses there, and its place goes on as such.
        transaction.Log(withdrawn.Select(w => LogEntry.Lapse(round.Date, w.Code, w.Serial)));

        var unclaimed = await transaction.QueryAsync<Unclaimed>(
            $"SELECT pharmacy_id, COUNT(*) AS bookings FROM booking WHERE {Due} GROUP BY pharmacy_id",
            new { round.Date, booked = BookingStatus.Booked });
        if (!round.Policy.LapseKeepsCooldown)
        {
            await transaction.ExecuteAsync(
                $"DELETE FROM person_hold WHERE (person_hash, booked_on, booking_id) IN (SELECT person_hash, round_date, id FROM booking WHERE {Due})",
                new { round.Date, booked = BookingStatus.Booked });
        }

        await TellAsync(transaction, round, now);
        await transaction.ExecuteAsync(
            $"UPDATE booking SET status = @lapsed, settled_at = @now WHERE {Due}",
            new { lapsed = BookingStatus.Lapsed, now, round.Date, booked = BookingStatus.Booked });
        await transaction.ExecuteManyAsync(
            "UPDATE pharmacy_round SET lapsed = lapsed + @Bookings WHERE round_date = @Date AND pharmacy_id = @PharmacyId",
            [.. unclaimed.Select(u => new { u.Bookings, round.Date, u.PharmacyId })]);

        var parts = await QuotaStore.LockAsync(transaction, round.Date);
        await CarryOverStore.PostAsync(
            transaction,
            policies,
            round.Date,
            [
                .. from part in parts
                   let moved = withdrawn.Count(w => w.PharmacyId == part.PharmacyId)
                   select new CarryOver(part.PharmacyId, part.Left, part.Lapsed + moved, part.CancelledLate - moved, CarryOverStore.EndOfPickup),
            ],
            now);
        await stock.PostExpectedAsync(transaction, round);
        await QuotaStore.TouchBoardAsync(transaction);
        return true;
    }

    /// <summary>Whether a lever at the round is still to be carried out, or a pharmacy still hands over: then nothing lapses yet.</summary>
    private static async Task<bool> GoesOnAsync(WriteTransaction transaction, DateOnly date, DateTimeOffset now) => await transaction.ScalarAsync<long>(
        """
        SELECT (SELECT COUNT(*) FROM lever WHERE round_date = @date AND done_at IS NULL)
             + (SELECT COUNT(*) FROM round WHERE date = @date AND pickup_closes_at > @now)
             + (SELECT COUNT(*) FROM pharmacy_round WHERE round_date = @date AND pickup_closes_at > @now)
        """,
        new { date, now }) > 0;

    private async Task TellAsync(WriteTransaction transaction, RoundState round, DateTimeOffset now)
    {
        if (!notices.TellsOfLapses) return;
        var lapsing = await transaction.QueryAsync<(long Id, long PharmacyId)>(
            $"SELECT id, pharmacy_id FROM booking WHERE {Due}", new { round.Date, booked = BookingStatus.Booked });
        await notices.TellAsync(transaction, NoticeCause.Lapsed, round, [.. lapsing.Select(l => new NoticeSubject(l.PharmacyId, l.Id))], now);
    }

    private sealed class Unclaimed
    {
        public long PharmacyId { get; init; }
        public int Bookings { get; init; }
    }
}
