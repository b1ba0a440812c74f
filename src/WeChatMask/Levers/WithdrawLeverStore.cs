using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Levers;

/// <summary>
/// Moves the open bookings of a withdrawn pharmacy to one that takes them, with their places, their stock and new serials, and tells each.
/// The vouchers people have stay good: the booking says which pharmacy it is.
/// </summary>
/// <remarks>
/// Stock goes by the books of the day: the plan of each follows its places, and where deliveries have been reported already, which
/// outweigh the plan, the units are written as one more delivery, below zero at the pharmacy that gives them.
/// </remarks>
public sealed class WithdrawLeverStore(RoundQueries rounds, NoticeOutbox notices, CityCalendar calendar) : ILeverWork
{
    private static readonly string[] MoveColumns = ["lever_id", "booking_id", "round_date", "from_pharmacy_id", "from_serial", "to_pharmacy_id"];

    public LeverKind Kind => LeverKind.Withdraw;

    /// <summary>What holds at once: nobody books there any more, and where each booking goes is decided.</summary>
    internal static async Task WithdrawAsync(WriteTransaction transaction, LeverEffect effect, long lever)
    {
        var source = effect.PharmacyId!.Value;
        await transaction.ExecuteAsync("UPDATE pharmacy SET status = @withdrawn WHERE id = @source", new { withdrawn = PharmacyStatus.Withdrawn, source });
        await transaction.InsertManyAsync(
            "booking_move", MoveColumns,
            [.. effect.Leaving.Select(l => new object?[] { lever, l.Booking, effect.Order.Round.Column(), source, l.Serial, l.To })]);
    }

    public async Task<int> DoAsync(WriteTransaction transaction, Lever lever, long pharmacy)
    {
        var source = lever.PharmacyId!.Value;
        var parts = await QuotaStore.LockAsync(transaction, lever.RoundDate, [source, pharmacy]);
        var (from, to) = (parts.First(p => p.PharmacyId == source), parts.First(p => p.PharmacyId == pharmacy));
        var now = calendar.Now;
        var round = (await rounds.FindAsync(transaction.Connection, transaction.Transaction, lever.RoundDate))!;
        var planned = await transaction.QueryAsync<Planned>(
            """
            SELECT b.id, b.status, b.pharmacy_id, b.serial, b.window_index, b.units, b.slot_starts_at, b.slot_ends_at,
                   CASE WHEN EXISTS (SELECT 1 FROM moved_pickup m JOIN round r ON r.date = b.round_date WHERE m.booking_id = b.id AND m.pickup_date <> r.pickup_date) THEN 1 ELSE 0 END AS is_away
              FROM booking_move v
              JOIN booking b ON b.id = v.booking_id
             WHERE v.lever_id = @Id AND v.to_pharmacy_id = @pharmacy AND v.moved_at IS NULL AND v.dropped_at IS NULL
             ORDER BY b.serial
            """,
            new { lever.Id, pharmacy });
        // Collected, given back, annulled or sent to another day since it was planned: then it stays where it is.
        var moving = round.IsAnnulled || round.EndedAt is not null
            ? []
            : planned.FindAll(b => b.Status == BookingStatus.Booked && b.PharmacyId == source && b.IsAway == 0);
        await transaction.ExecuteManyAsync(
            "UPDATE booking_move SET dropped_at = @now WHERE lever_id = @Lever AND booking_id = @Id",
            [.. planned.Except(moving).Select(b => new { now, Lever = lever.Id, b.Id })]);
        if (moving.Count == 0) return 0;
        await MoveAsync(transaction, lever, round, from, to, moving);
        await MoveStockAsync(transaction, lever, source, pharmacy, moving.Sum(b => b.Units));
        await notices.TellElsewhereAsync(transaction, lever.Id, round, pharmacy, moving.ConvertAll(b => b.Id), now);
        return moving.Count;
    }

    private async Task MoveAsync(WriteTransaction transaction, Lever lever, RoundState round, PharmacyRound from, PharmacyRound to, List<Planned> moving)
    {
        var now = calendar.Now;
        var late = moving.Where(b => b.SlotEndsAt <= now).Select((b, i) => (b.Id, i)).ToDictionary(b => b.Id, b => b.i);
        var slots = PickupSlots.Of(round.Times, round.Policy.Pickup.SlotMinutes).Where(s => s.EndsAt > now).ToList();
        var moves = new List<Move>(moving.Count);
        foreach (var booking in moving)
        {
            Give(from, booking.WindowIndex, taken: -1, movedIn: 0, movedOut: 1);
            var window = to.Windows.Any(w => w.Window == booking.WindowIndex) ? booking.WindowIndex : to.Windows[^1].Window;
            Give(to, window, taken: 1, movedIn: 1, movedOut: 0);
            // Slots are the round's, the same at every pharmacy: only one that is over by now cannot be kept.
            PickupSlot? slot = !late.TryGetValue(booking.Id, out var at)
                ? booking is { SlotStartsAt: { } starts, SlotEndsAt: { } ends } ? new PickupSlot(starts, ends) : null
                : slots.Count == 0 ? null : slots[PickupSlots.IndexFor(at, late.Count, slots.Count)];
            moves.Add(new Move(booking.Id, booking.Serial, ++to.LastSerial, window, slot?.StartsAt, slot?.EndsAt, from.PharmacyId, to.PharmacyId, lever.Id, lever.RoundDate, now));
        }

        await QuotaStore.SaveAsync(transaction, lever.RoundDate, [from, to]);
        // First the places that the bookings come into: in no line of the log is more taken than there is.
        await RoundLogStore.PlacesAsync(transaction, lever.RoundDate, [to.PharmacyId]);
        var codes = (await transaction.QueryAsync<(long Id, string Code)>(
            $"SELECT id, code FROM pharmacy WHERE id {transaction.Engine.AnyOf("ids")}", new { ids = new[] { from.PharmacyId, to.PharmacyId } })).ToDictionary(p => p.Id, p => p.Code);
        transaction.Log(moves.Select(m => LogEntry.Transfer(lever.RoundDate, codes[m.From], m.Before, codes[m.To], m.Serial)));
        await RoundLogStore.PlacesAsync(transaction, lever.RoundDate, [from.PharmacyId]);
        await transaction.ExecuteManyAsync(
            "UPDATE booking SET pharmacy_id = @To, serial = @Serial, window_index = @Window, slot_starts_at = @StartsAt, slot_ends_at = @EndsAt WHERE id = @Id", moves);
        await transaction.ExecuteManyAsync("UPDATE booking_move SET to_serial = @Serial, moved_at = @Now WHERE lever_id = @Lever AND booking_id = @Id", moves);
        await transaction.ExecuteManyAsync("UPDATE moved_pickup SET pharmacy_id = @To WHERE booking_id = @Id", moves);
        // The list that was published stays as it is; the other one goes on behind its last.
        await transaction.ExecuteManyAsync(
            """
            INSERT INTO published_entry (round_date, pharmacy_id, serial, name, id_number, slot_starts_at, slot_ends_at)
            SELECT round_date, @To, @Serial, name, id_number, @StartsAt, @EndsAt
              FROM published_entry
             WHERE round_date = @Round AND pharmacy_id = @From AND serial = @Before
            """,
            moves);
    }

    private static void Give(PharmacyRound part, int window, int taken, int movedIn, int movedOut)
    {
        var places = part.Windows.First(w => w.Window == window);
        places.Taken += taken;
        places.MovedIn += movedIn;
        places.MovedOut += movedOut;
    }

    private async Task MoveStockAsync(WriteTransaction transaction, Lever lever, long source, long pharmacy, int units)
    {
        var reported = await transaction.QueryAsync<(long Pharmacy, int MoreComing)>(
            """
            SELECT pharmacy_id, MAX(more_coming) FROM delivery
             WHERE round_date = @RoundDate AND pharmacy_id IN (@source, @pharmacy)
             GROUP BY pharmacy_id
             ORDER BY pharmacy_id
            """,
            new { lever.RoundDate, source, pharmacy });
        var by = await transaction.ScalarAsync<long>("SELECT id FROM staff WHERE username = @Staff", new { lever.Staff });
        foreach (var (at, moreComing) in reported)
        {
            await transaction.ExecuteAsync(
                """
                INSERT INTO delivery (id, request_key, round_date, pharmacy_id, units, staff_id, created_at, more_coming)
                VALUES (@id, @key, @RoundDate, @at, @change, @by, @now, @moreComing)
                """,
                new
                {
                    id = Ids.Next(), key = FormattableString.Invariant($"lever:{lever.Id}:{pharmacy}:{at}"), lever.RoundDate, at, change = at == source ? -units : units, by,
                    now = calendar.Now, moreComing,
                });
        }
    }

    private sealed record Move(
        long Id, int Before, int Serial, int Window, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, long From, long To, long Lever, DateOnly Round, DateTimeOffset Now);

    private sealed class Planned
    {
        public long Id { get; init; }
        public BookingStatus Status { get; init; }
        public long PharmacyId { get; init; }
        public int Serial { get; init; }
        public int WindowIndex { get; init; }
        public int Units { get; init; }
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }
        public int IsAway { get; init; }
    }
}
