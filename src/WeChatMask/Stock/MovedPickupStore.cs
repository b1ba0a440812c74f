using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Stock;

/// <summary>Moves bookings to the next pickup day when stock is short, and ends those that are not collected then either.</summary>
public sealed class MovedPickupStore(Database database, RoundQueries rounds, PolicyQueries policies, CityCalendar calendar, NoticeOutbox notices)
{
    /// <summary>
    /// Of bookings <c>b</c>, those to be collected on the pickup day of round <c>@round</c>: its own that have not moved away,
    /// and those of earlier rounds that have moved to it.
    /// </summary>
    internal const string OfTheDay = """
        ((b.round_date = @round AND NOT EXISTS (SELECT 1 FROM moved_pickup away WHERE away.booking_id = b.id))
         OR b.id IN (SELECT here.booking_id FROM moved_pickup here JOIN round day ON day.pickup_date = here.pickup_date WHERE day.date = @round))
        """;

    private static readonly string[] Columns = ["booking_id", "round_date", "pharmacy_id", "pickup_date", "opens_at", "closes_at", "moves", "moved_at"];

    /// <summary>
    /// Locks, in the order of the days, a pharmacy's parts in the round of a reported pickup day and in all rounds whose bookings
    /// may have to do with its shelf until another: those that have not ended, and those with bookings that moved and can still be collected.
    /// </summary>
    public async Task LockAsync(WriteTransaction transaction, long pharmacy, DateOnly reported, DateOnly until)
    {
        foreach (var round in await RoundsOfAsync(transaction, reported, until)) await QuotaStore.LockAsync(transaction, round, [pharmacy]);
    }

    /// <summary>Locks whole rounds before one whose bookings may have moved to its pickup day, in the order of the days. Whoever then locks the round itself holds to that order.</summary>
    public async Task LockBeforeAsync(WriteTransaction transaction, RoundState round)
    {
        foreach (var earlier in (await RoundsOfAsync(transaction, round.PickupDate, round.PickupDate)).Where(d => d < round.Date)) await QuotaStore.LockAsync(transaction, earlier);
    }

    private Task<List<DateOnly>> RoundsOfAsync(WriteTransaction transaction, DateOnly reported, DateOnly until) => transaction.QueryAsync<DateOnly>(
        """
        SELECT r.date
          FROM round r
         WHERE r.pickup_date = @reported
            OR (r.pickup_date <= @until
                AND (r.ended_at IS NULL
                     OR r.date IN (SELECT m.round_date
                                     FROM moved_pickup m
                                     JOIN booking b ON b.id = m.booking_id
                                    WHERE m.closes_at > @now OR b.status = @booked)))
         ORDER BY r.date
        """,
        new { reported, until, now = calendar.Now, booked = BookingStatus.Booked });

    /// <summary>What a pharmacy still owes on a round's pickup day, in the order of call on its stock: moved ones first, then by serial. Needs <see cref="LockAsync"/>.</summary>
    public static Task<List<WaitingPickup>> WaitingAsync(WriteTransaction transaction, DateOnly round, long pharmacy) => transaction.QueryAsync<WaitingPickup>(
        $"""
        SELECT b.id, b.round_date, b.serial, b.units, b.policy_id, COALESCE(m.moves, 0) AS moves
          FROM booking b
          LEFT JOIN moved_pickup m ON m.booking_id = b.id
         WHERE b.pharmacy_id = @pharmacy AND b.status = @booked AND {OfTheDay}
         ORDER BY b.round_date, b.serial
        """,
        new { round, pharmacy, booked = BookingStatus.Booked });

    /// <summary>Units that are still to be collected on days before a pickup day, where those are not over yet.</summary>
    public static async Task<int> OwedBeforeAsync(WriteTransaction transaction, DateOnly pickupDate, long pharmacy) =>
        await transaction.ScalarAsync<int?>(
            """
            SELECT SUM(b.units)
              FROM round r
              JOIN booking_pickup b ON b.round_date = r.date AND b.pharmacy_id = @pharmacy AND b.status = @booked
             WHERE r.pickup_date < @pickupDate AND (r.ended_at IS NULL OR b.is_moved = 1) AND b.pickup_date < @pickupDate
            """,
            new { pickupDate, pharmacy, booked = BookingStatus.Booked }) ?? 0;

    /// <summary>
    /// Moves bookings, in the order of their call on the stock, from a pickup day to the next, spreads them over its slots, and
    /// writes the one notice to each. Needs <see cref="LockAsync"/>.
    /// </summary>
    public async Task MoveAsync(WriteTransaction transaction, long pharmacy, DateOnly from, IReadOnlyList<WaitingPickup> moving)
    {
        if (moving.Count == 0) return;
        var now = calendar.Now;
        var to = from.AddDays(1);
        var moved = await SpreadAsync(transaction, moving, to, now);
        await transaction.ExecuteManyAsync(
            "DELETE FROM moved_pickup WHERE booking_id = @Id", [.. moved.Select(m => new { m.Booking.Id })]);
        await transaction.InsertManyAsync(
            "moved_pickup",
            Columns,
            [
                .. moved.Select(m => new object?[]
                {
                    m.Booking.Id, m.Booking.RoundDate.Column(), pharmacy, to.Column(), m.Times.PickupOpensAt.Column(), m.Times.PickupClosesAt.Column(),
                    m.Booking.Moves + 1, now.Column(),
                }),
            ]);
        await SaveSlotsAsync(transaction, moved);
        await LogAsync(transaction, pharmacy, moving, to);
        await notices.TellMovedAsync(transaction, pharmacy, [.. moved.Select(m => m.Subject)], remindOn: to, now);
    }

    /// <summary>Whether a supervisor has moved a round's pickup day at a pharmacy: what has left that day for it does not come back with goods.</summary>
    internal static async Task<bool> IsDayMovedAsync(WriteTransaction transaction, DateOnly round, long pharmacy) => await transaction.ScalarAsync<long>(
        "SELECT COUNT(*) FROM lever WHERE round_date = @round AND kind = @move AND (pharmacy_id IS NULL OR pharmacy_id = @pharmacy)",
        new { round, pharmacy, move = LeverKind.Move }) > 0;

    /// <summary>
    /// Of a pharmacy's bookings that had to leave a pickup day for the next one, those that the units nobody else has a call on
    /// can serve after all, in the order of their call. Needs <see cref="LockAsync"/>.
    /// </summary>
    public static async Task<List<WaitingPickup>> ReturningAsync(WriteTransaction transaction, DateOnly day, long pharmacy, int shelf)
    {
        var away = await transaction.QueryAsync<WaitingPickup>(
            """
            SELECT b.id, b.round_date, b.serial, b.units, b.policy_id, m.moves
              FROM moved_pickup m
              JOIN booking b ON b.id = m.booking_id
             WHERE m.pharmacy_id = @pharmacy AND m.pickup_date = @next AND b.status = @booked
             ORDER BY b.round_date, b.serial
            """,
            new { pharmacy, next = day.AddDays(1), booked = BookingStatus.Booked });
        return away.GetRange(0, away.Count - StockRules.Moving([.. away.Select(w => new StockClaim(w.Id, w.Units))], shelf).Count);
    }

    /// <summary>
    /// Lets bookings that had to leave a pickup day, in the order of their call on the stock, be collected on it after all, and
    /// writes the notice to each. Needs <see cref="LockAsync"/>.
    /// </summary>
    /// <remarks>
    /// They were told to come the next day, and who has not read the newer message comes then. So both days serve them: theirs is
    /// the earlier one again, in its lists and on its shelf, but it ends when the next day's pickup does, and they do not lapse
    /// before. Their units stay put by meanwhile (<see cref="OwedBeforeAsync"/>), so the next day's shelf never counts on them.
    /// </remarks>
    public async Task ReturnAsync(WriteTransaction transaction, long pharmacy, DateOnly day, IReadOnlyList<WaitingPickup> returning)
    {
        if (returning.Count == 0) return;
        var now = calendar.Now;
        var back = await SpreadAsync(transaction, returning, day, now);
        await transaction.ExecuteManyAsync(
            "UPDATE moved_pickup SET pickup_date = @day, opens_at = @PickupOpensAt, moves = moves + 1, moved_at = @now WHERE booking_id = @Id",
            [.. back.Select(m => new { day, m.Times.PickupOpensAt, now, m.Booking.Id })]);
        await SaveSlotsAsync(transaction, back);
        await LogAsync(transaction, pharmacy, returning, day);
        await notices.TellMovedAsync(transaction, pharmacy, [.. back.Select(m => m.Subject)], remindOn: null, now);
    }

    /// <summary>Gives bookings the hours and slots of a pickup day.</summary>
    private async Task<List<Moved>> SpreadAsync(WriteTransaction transaction, IReadOnlyList<WaitingPickup> bookings, DateOnly day, DateTimeOffset now)
    {
        var spread = new List<Moved>(bookings.Count);
        for (var i = 0; i < bookings.Count; i++)
        {
            // Hours and slots come from the version the booking was made under.
            var policy = await policies.GetAsync(transaction.Connection, transaction.Transaction, bookings[i].PolicyId);
            var times = RoundTimes.Of(policy, day.AddDays(-1), calendar.Instant);
            // Slots that are over by now are nobody's any more; the others take them in as they would at publishing.
            var slots = PickupSlots.Of(times, policy.Pickup.SlotMinutes).Where(s => s.EndsAt > now).ToList();
            PickupSlot? slot = slots.Count == 0 ? null : slots[PickupSlots.IndexFor(i, bookings.Count, slots.Count)];
            spread.Add(new Moved(bookings[i], times, slot));
        }

        return spread;
    }

    private static Task<int> SaveSlotsAsync(WriteTransaction transaction, IReadOnlyCollection<Moved> moved) =>
        transaction.ExecuteManyAsync(
            "UPDATE booking SET slot_starts_at = @StartsAt, slot_ends_at = @EndsAt WHERE id = @Id",
            [.. moved.Select(m => new { m.Slot?.StartsAt, m.Slot?.EndsAt, m.Booking.Id })]);

    private static async Task LogAsync(WriteTransaction transaction, long pharmacy, IReadOnlyList<WaitingPickup> moved, DateOnly to)
    {
        var code = await transaction.ScalarAsync<string>("SELECT code FROM pharmacy WHERE id = @pharmacy", new { pharmacy });
        var lapsed = await transaction.QueryAsync<long>(
            $"SELECT b.id FROM booking b WHERE b.id {transaction.Engine.AnyOf("ids")} AND {RoundLogStore.HasLapsed}", new { ids = moved.Select(m => m.Id).ToArray() });
        await LogPendingStore.AddAsync(transaction, [.. moved.Where(m => !lapsed.Contains(m.Id)).Select(m => LogEntry.Move(m.RoundDate, code!, m.Serial, to))]);
    }

    /// <summary>Ends moved bookings whose own pickup is over and posts their places on. Returns how many.</summary>
    public async Task<int> LapseAsync(CancellationToken cancellationToken)
    {
        var due = await database.QueryAsync<Due>(DueMoved, new { now = calendar.Now, booked = BookingStatus.Booked }, cancellationToken);
        var lapsed = 0;
        foreach (var round in due.GroupBy(d => d.RoundDate))
            lapsed += await database.WriteAsync(t => LapseAsync(t, round.Key), cancellationToken);
        return lapsed;
    }

    private const string DueMoved = $"""
        SELECT b.id, b.round_date, b.pharmacy_id, p.code, b.serial, b.person_hash, m.pickup_date, CASE WHEN {RoundLogStore.HasLapsed} THEN 1 ELSE 0 END AS has_lapsed
          FROM moved_pickup m
          JOIN booking b  ON b.id = m.booking_id
          JOIN pharmacy p ON p.id = b.pharmacy_id
          JOIN round r    ON r.date = b.round_date
         WHERE m.closes_at <= @now AND b.status = @booked AND r.ended_at IS NOT NULL
        """;

    private async Task<int> LapseAsync(WriteTransaction transaction, DateOnly date)
    {
        await QuotaStore.LockAsync(transaction, date);
        var now = calendar.Now;
        var due = await transaction.QueryAsync<Due>(
            $"{DueMoved} AND b.round_date = @date", new { now, booked = BookingStatus.Booked, date });
        if (due.Count == 0 || await rounds.FindAsync(transaction.Connection, transaction.Transaction, date) is not { } round) return 0;
        var ids = due.Select(d => new { d.Id, d.PersonHash, date, lapsed = BookingStatus.Lapsed, now, booked = BookingStatus.Booked }).ToList();
        if (!round.Policy.LapseKeepsCooldown)
            await transaction.ExecuteManyAsync("DELETE FROM person_hold WHERE person_hash = @PersonHash AND booked_on = @date AND booking_id = @Id", ids);
        await transaction.ExecuteManyAsync(
            "UPDATE booking SET status = @lapsed, settled_at = @now WHERE id = @Id AND status = @booked", ids);
        await LogPendingStore.AddAsync(transaction, [.. due.Where(d => !d.HasLapsed).Select(d => LogEntry.Lapse(date, d.Code, d.Serial))]);
        await notices.TellAsync(transaction, NoticeCause.Lapsed, round, [.. due.Select(d => new NoticeSubject(d.PharmacyId, d.Id))], now);
        var pharmacies = due.GroupBy(d => (d.PharmacyId, d.PickupDate)).Select(g => new { g.Key.PharmacyId, g.Key.PickupDate, Bookings = g.Count(), date }).ToList();
        await transaction.ExecuteManyAsync(
            "UPDATE pharmacy_round SET lapsed = lapsed + @Bookings WHERE round_date = @date AND pharmacy_id = @PharmacyId", pharmacies);
        await CarryOverStore.PostAsync(
            transaction,
            policies,
            date,
            [.. pharmacies.Select(p => new CarryOver(p.PharmacyId, 0, p.Bookings, 0, string.Create(CultureInfo.InvariantCulture, $"moved:{p.PickupDate:yyyy-MM-dd}")))],
            now);
        await RoundStore.ReopenReportAsync(transaction, date);
        await QuotaStore.TouchBoardAsync(transaction);
        return due.Count;
    }

    private sealed record Moved(WaitingPickup Booking, RoundTimes Times, PickupSlot? Slot)
    {
        public MovedSubject Subject => new(Booking.Id, Booking.RoundDate, Booking.Moves + 1, Times.PickupClosesAt);
    }

    private sealed class Due
    {
        public long Id { get; init; }
        public DateOnly RoundDate { get; init; }
        public long PharmacyId { get; init; }
        public string Code { get; init; } = "";
        public int Serial { get; init; }
        public bool HasLapsed { get; init; }
        public string? PersonHash { get; init; }
        public DateOnly PickupDate { get; init; }
    }
}

/// <summary>A booking that waits to be collected.</summary>
public sealed class WaitingPickup
{
    public long Id { get; init; }
    public DateOnly RoundDate { get; init; }
    public int Serial { get; init; }
    public int Units { get; init; }
    public long PolicyId { get; init; }
    public int Moves { get; init; }
}
