using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>
/// Writes down what was handed over without a network. Each counts if it was right at its own time; where the booking
/// has lapsed since, its place is taken back from the round that got it. What does not count is kept for the supervisor.
/// </summary>
public sealed class OfflineHandOverStore(Database database, PersonalData personal, CityCalendar calendar, Board board)
{
    /// <summary>Settles hand-overs of one clerk, all or none. The same again changes nothing and gets the same answers.</summary>
    /// <returns>What became of each, in the order given.</returns>
    public async Task<IReadOnlyList<Settled>> SettleAsync(
        Clerk clerk, IReadOnlyList<OfflineHandOver> handOvers, CancellationToken cancellationToken)
    {
        var settled = await database.WriteAsync(t => SettleAsync(t, clerk, handOvers), cancellationToken);
        if (settled.Any(s => s.Conflict == OfflineConflict.None)) board.MarkChanged();
        return settled;
    }

    private async Task<IReadOnlyList<Settled>> SettleAsync(
        WriteTransaction transaction, Clerk clerk, IReadOnlyList<OfflineHandOver> handOvers)
    {
        string[] numbers = [.. handOvers.Select(h => h.Attempt?.Number).OfType<string>().Distinct(StringComparer.Ordinal)];
        // Locked in the order of the days, as everybody does who holds two; then read again for what others did meanwhile.
        foreach (var round in (await ReadAsync(transaction, numbers)).Values
            .Where(b => b.PharmacyId == clerk.PharmacyId).Select(b => b.RoundDate).Distinct().Order())
        {
            await QuotaStore.LockAsync(transaction, round, [clerk.PharmacyId]);
        }

        var bookings = await ReadAsync(transaction, numbers);
        var memory = await RememberAsync(transaction, clerk, handOvers);
        var answers = new List<Settled>(handOvers.Count);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var handOver in handOvers)
        {
            var key = KeyOf(clerk, handOver.RequestId);
            if (memory.Told.TryGetValue(key, out var known))
            {
                answers.Add(known with { RequestId = handOver.RequestId });
                continue;
            }

            var booking = handOver.Attempt?.Number is { } number ? bookings.GetValueOrDefault(number) : null;
            var answer = memory.Redeemed.TryGetValue(key, out var earlier)
                ? OfAnswerThatWasLost(handOver, booking, earlier)
                : await SettleAsync(transaction, clerk, handOver, booking, done.Contains(booking?.Number ?? ""), key);
            await WriteDownAsync(transaction, clerk, handOver, key, answer);
            memory.Told[key] = answer;
            if (answer.Conflict == OfflineConflict.None && booking is not null) done.Add(booking.Number);
            answers.Add(answer);
        }

        if (answers.Any(a => a.Conflict == OfflineConflict.None)) await QuotaStore.TouchBoardAsync(transaction);
        return answers;
    }

    private static async Task<Dictionary<string, CounterBookingRow>> ReadAsync(
        WriteTransaction transaction, string[] numbers) =>
        (await transaction.SelectByKeysAsync<string, CounterBookingRow>(
            RedemptionStore.SelectBookings, "b.number", numbers)).ToDictionary(b => b.Number, StringComparer.Ordinal);

    private static async Task<Memory> RememberAsync(
        WriteTransaction transaction, Clerk clerk, IReadOnlyList<OfflineHandOver> handOvers)
    {
        string[] keys = [.. handOvers.Select(h => KeyOf(clerk, h.RequestId)).Distinct(StringComparer.Ordinal)];
        var told = await transaction.SelectByKeysAsync<string, OfflineHandOverRow>(
            "SELECT request_key, round_date, units, conflict, after_lapse, short_round FROM offline_hand_over", "request_key", keys);
        var redeemed = await transaction.SelectByKeysAsync<string, Earlier>(
            "SELECT request_key, booking_id, units, voided_at FROM redemption", "request_key", keys);
        return new Memory(
            told.ToDictionary(t => t.RequestKey, t => new Settled("", t.Conflict, t.AfterLapse, t.RoundDate, t.Units, t.ShortRound), StringComparer.Ordinal),
            redeemed.ToDictionary(r => r.RequestKey, StringComparer.Ordinal));
    }

    /// <summary>The counter had handed over before its line went down, and only the answer was lost.</summary>
    private static Settled OfAnswerThatWasLost(OfflineHandOver handOver, CounterBookingRow? booking, Earlier earlier)
    {
        var conflict = booking?.Id != earlier.BookingId ? OfflineConflict.AlreadyRedeemed
            : earlier.VoidedAt is null ? OfflineConflict.None
            : OfflineConflict.TakenBack;
        return new Settled(handOver.RequestId, conflict, Round: booking?.RoundDate, Units: earlier.Units);
    }

    private async Task<Settled> SettleAsync(
        WriteTransaction transaction, Clerk clerk, OfflineHandOver handOver, CounterBookingRow? booking, bool twice, string key)
    {
        if (handOver.Attempt is not { } attempt) return new Settled(handOver.RequestId, OfflineConflict.Unreadable);
        var now = calendar.Now;
        var units = attempt.Units ?? booking?.Units ?? 0;
        var conflict = OfflineRules.Judge(
            new OfflineFacts(
                attempt.Forged, booking is not null, booking?.PharmacyId == clerk.PharmacyId,
                booking is not null && RedemptionStore.IdentityHolds(personal, attempt, booking),
                twice ? BookingStatus.Redeemed : booking?.Status ?? default, booking?.PickupOpensAt ?? default, booking?.PickupClosesAt ?? default,
                units, booking?.Units ?? 0, handOver.ClaimedAt),
            now);
        var answer = new Settled(handOver.RequestId, conflict, Round: booking?.RoundDate, Units: units);
        if (conflict != OfflineConflict.None) return answer;
        var afterLapse = booking!.Status == BookingStatus.Lapsed;
        var id = Ids.Next();
        await RedeemAsync(transaction, clerk, booking, handOver, key, id, units);
        return answer with { AfterLapse = afterLapse, ShortRound = afterLapse ? await UnlapseAsync(transaction, booking, id, now) : null };
    }

    private async Task RedeemAsync(
        WriteTransaction transaction, Clerk clerk, CounterBookingRow booking, OfflineHandOver handOver, string key, long id, int units)
    {
        var rows = await transaction.ExecuteAsync(
            "UPDATE booking SET status = @redeemed, settled_at = @now WHERE id = @Id AND status = @Status",
            new { redeemed = BookingStatus.Redeemed, now = calendar.Now, booking.Id, booking.Status });
        if (rows == 0) throw new InvalidOperationException($"Booking {booking.Number} changed under its pharmacy's lock.");
        await transaction.ExecuteAsync(
            """
            INSERT INTO redemption (id, request_key, booking_id, round_date, pharmacy_id, staff_id, units, amount_fen, outside_slot, proxy_counted, redeemed_at)
            VALUES (@id, @key, @bookingId, @RoundDate, @PharmacyId, @staffId, @units, @amount, @outside, 0, @ClaimedAt)
            """,
            new
            {
                id, key, bookingId = booking.Id, booking.RoundDate, booking.PharmacyId, staffId = clerk.Staff.Id, units,
                amount = units * booking.UnitPriceFen, outside = booking.Slot is { } slot && !slot.Contains(handOver.ClaimedAt) ? 1 : 0, handOver.ClaimedAt,
            });
        await transaction.ExecuteAsync(
            "UPDATE pharmacy_round SET redeemed = redeemed + 1, lapsed = lapsed - @less WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId",
            new { less = booking.Status == BookingStatus.Lapsed ? 1 : 0, booking.RoundDate, booking.PharmacyId });
        if (booking.EndedAt is not null) await RoundStore.ReopenReportAsync(transaction, booking.RoundDate);
    }

    /// <summary>The booking counts for its person's cooldown again, and its place leaves the round that was given it.</summary>
    private static async Task<DateOnly?> UnlapseAsync(WriteTransaction transaction, CounterBookingRow booking, long redemption, DateTimeOffset now)
    {
        if (booking.PersonHash is { } hash)
        {
            var key = new { hash, booking.RoundDate, booking.Id };
            var holds = await transaction.ScalarAsync<long>(
                "SELECT COUNT(*) FROM person_hold WHERE person_hash = @hash AND booked_on = @RoundDate", key);
            if (holds == 0)
                await transaction.ExecuteAsync("INSERT INTO person_hold (person_hash, booked_on, booking_id) VALUES (@hash, @RoundDate, @Id)", key);
        }

        var cause = FormattableString.Invariant($"offline:{redemption}");
        return await CarryOverStore.TakeBackAsync(transaction, booking.RoundDate, new CarryOver(booking.PharmacyId, 0, 1, 0, cause), now);
    }

    private async Task WriteDownAsync(WriteTransaction transaction, Clerk clerk, OfflineHandOver handOver, string key, Settled answer)
    {
        var number = handOver.Attempt?.Number ?? handOver.Typed;
        await transaction.ExecuteAsync(
            """
            INSERT INTO offline_hand_over (id, request_key, pharmacy_id, staff_id, number, round_date, units, claimed_at, heard_at, conflict, after_lapse, short_round)
            VALUES (@id, @key, @PharmacyId, @staff, @number, @Round, @Units, @ClaimedAt, @now, @Conflict, @afterLapse, @ShortRound)
            """,
            new
            {
                id = Ids.Next(), key, clerk.PharmacyId, staff = clerk.Staff.Id, number, answer.Round, answer.Units, handOver.ClaimedAt,
                now = calendar.Now, answer.Conflict, afterLapse = answer.AfterLapse ? 1 : 0, answer.ShortRound,
            });
        await AuditStore.AddAsync(
            transaction, calendar.Now, clerk.Staff.Username, "redemption.settle", number,
            answer.ShortRound is { } day ? $"{answer.Conflict}, one place short in {day.Column()}" : answer.Conflict.ToString());
    }

    private static string KeyOf(Clerk clerk, string requestId) => RedemptionStore.KeyOf(clerk, requestId);

    private sealed record Memory(Dictionary<string, Settled> Told, Dictionary<string, Earlier> Redeemed);

    private sealed class Earlier
    {
        public string RequestKey { get; init; } = "";

        public long BookingId { get; init; }

        public int Units { get; init; }

        public DateTimeOffset? VoidedAt { get; init; }
    }
}
