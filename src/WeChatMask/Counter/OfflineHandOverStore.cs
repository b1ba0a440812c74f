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
public sealed class OfflineHandOverStore(Database database, RedemptionStore redemptions, CityCalendar calendar, Board board)
{
    /// <summary>
    /// Records hand-overs of one clerk, all or none, and says what became of each in the order given. The same again changes
    /// nothing and gets the same outcomes.
    /// </summary>
    public async Task<IReadOnlyList<OfflineOutcome>> RecordAsync(
        Clerk clerk, IReadOnlyList<OfflineHandOver> handOvers, CancellationToken cancellationToken)
    {
        var outcomes = await database.WriteAsync(t => RecordAsync(t, clerk, handOvers), cancellationToken);
        if (outcomes.Any(o => o.Conflict == OfflineConflict.None)) board.MarkChanged();
        return outcomes;
    }

    private async Task<List<OfflineOutcome>> RecordAsync(
        WriteTransaction transaction, Clerk clerk, IReadOnlyList<OfflineHandOver> handOvers)
    {
        string[] numbers = [.. handOvers.Select(h => h.Request?.Number).OfType<string>().Distinct(StringComparer.Ordinal)];
        var bookings = await HoldAsync(transaction, clerk, numbers);
        var (recorded, redeemed) = await RecordedAsync(transaction, clerk, handOvers);
        var outcomes = new List<OfflineOutcome>(handOvers.Count);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var handOver in handOvers)
        {
            var key = RedemptionStore.KeyOf(clerk, handOver.RequestId);
            if (!recorded.TryGetValue(key, out var outcome))
            {
                var booking = handOver.Request?.Number is { } number ? bookings.GetValueOrDefault(number) : null;
                outcome = redeemed.TryGetValue(key, out var earlier)
                    ? OfAnswerThatWasLost(handOver, booking, earlier)
                    : await RecordAsync(transaction, clerk, handOver, booking, done.Contains(booking?.Number ?? ""));
                await SaveAsync(transaction, clerk, handOver, key, outcome);
                recorded[key] = outcome;
                if (outcome.Conflict == OfflineConflict.None && booking is not null) done.Add(booking.Number);
            }

            outcomes.Add(outcome);
        }

        if (outcomes.Any(o => o.Conflict == OfflineConflict.None)) await QuotaStore.TouchBoardAsync(transaction);
        return outcomes;
    }

    /// <summary>The bookings as they are under their locks: read again for what others did meanwhile, until none of this pharmacy's has come without one.</summary>
    private static async Task<Dictionary<string, CounterBooking>> HoldAsync(WriteTransaction transaction, Clerk clerk, string[] numbers)
    {
        var bookings = await ReadAsync(transaction, numbers);
        HashSet<string>? held = null;
        while (true)
        {
            List<CounterBooking> own = [.. bookings.Values.Where(b => b.PharmacyId == clerk.PharmacyId)];
            if (held is not null && own.TrueForAll(b => held.Contains(b.Number))) return bookings;
            await LockAsync(transaction, clerk, own);
            held = [.. own.Select(b => b.Number)];
            bookings = await ReadAsync(transaction, numbers);
        }
    }

    /// <summary>In the order of the days, as everybody does who holds two. The place of a lapsed one may have gone to any later round.</summary>
    private static async Task LockAsync(WriteTransaction transaction, Clerk clerk, IReadOnlyCollection<CounterBooking> bookings)
    {
        IEnumerable<DateOnly> rounds = bookings.Any(b => b.Status == BookingStatus.Lapsed)
            ? await transaction.QueryAsync<DateOnly>(
                "SELECT round_date FROM pharmacy_round WHERE pharmacy_id = @PharmacyId AND round_date >= @first",
                new { clerk.PharmacyId, first = bookings.Min(b => b.RoundDate) })
            : bookings.Select(b => b.RoundDate).Distinct();
        foreach (var round in rounds.Order()) await QuotaStore.LockAsync(transaction, round, [clerk.PharmacyId]);
    }

    private static async Task<Dictionary<string, CounterBooking>> ReadAsync(
        WriteTransaction transaction, string[] numbers) =>
        (await transaction.SelectByKeysAsync<string, CounterBooking>(
            RedemptionStore.SelectBookings, "b.number", numbers)).ToDictionary(b => b.Number, StringComparer.Ordinal);

    /// <summary>By request key: hand-overs that this phone has sent before, and those that its counter had made while there was a network.</summary>
    private static async Task<(Dictionary<string, OfflineOutcome> Recorded, Dictionary<string, Earlier> Redeemed)> RecordedAsync(
        WriteTransaction transaction, Clerk clerk, IReadOnlyList<OfflineHandOver> handOvers)
    {
        var ids = handOvers.Select(h => h.RequestId).Distinct(StringComparer.Ordinal).ToDictionary(id => RedemptionStore.KeyOf(clerk, id), StringComparer.Ordinal);
        var recorded = await transaction.SelectByKeysAsync<string, Recorded>(
            "SELECT request_key, round_date, units, conflict, after_lapse, short_round FROM offline_hand_over", "request_key", ids.Keys);
        var redeemed = await transaction.SelectByKeysAsync<string, Earlier>(
            "SELECT request_key, booking_id, units, voided_at FROM redemption", "request_key", ids.Keys);
        return (
            recorded.ToDictionary(
                r => r.RequestKey, r => new OfflineOutcome(ids[r.RequestKey], r.Conflict, r.AfterLapse, r.RoundDate, r.Units, r.ShortRound), StringComparer.Ordinal),
            redeemed.ToDictionary(r => r.RequestKey, StringComparer.Ordinal));
    }

    /// <summary>The counter had handed over before its line went down, and only the answer was lost.</summary>
    private static OfflineOutcome OfAnswerThatWasLost(OfflineHandOver handOver, CounterBooking? booking, Earlier earlier)
    {
        var conflict = booking?.Id != earlier.BookingId ? OfflineConflict.AlreadyRedeemed
            : earlier.VoidedAt is null ? OfflineConflict.None
            : OfflineConflict.TakenBack;
        return new OfflineOutcome(handOver.RequestId, conflict, Round: booking?.RoundDate, Units: earlier.Units);
    }

    private async Task<OfflineOutcome> RecordAsync(
        WriteTransaction transaction, Clerk clerk, OfflineHandOver handOver, CounterBooking? booking, bool twice)
    {
        if (handOver.Request is not { } request) return new OfflineOutcome(handOver.RequestId, OfflineConflict.Unreadable);
        var now = calendar.Now;
        var units = request.Units ?? booking?.Units ?? 0;
        var facts = redemptions.FactsOf(clerk, request, booking);
        if (twice) facts = facts with { Status = BookingStatus.Redeemed };
        var conflict = OfflineRules.Judge(facts, new OfflineClaim(units, booking?.Units ?? 0, handOver.ClaimedAt), now);
        var outcome = new OfflineOutcome(handOver.RequestId, conflict, Round: booking?.RoundDate, Units: units);
        if (conflict != OfflineConflict.None) return outcome;
        var outside = booking!.Slot is { } slot && !slot.Contains(handOver.ClaimedAt);
        var redemption = await redemptions.SaveAsync(transaction, clerk, booking, new HandedOver(handOver.RequestId, units, outside, handOver.ClaimedAt), now);
        return booking.Status == BookingStatus.Lapsed
            ? outcome with { AfterLapse = true, ShortRound = await ReinstateAsync(transaction, booking, redemption, now) }
            : outcome;
    }

    /// <summary>The booking counts for its person's cooldown again, and its place leaves the round that was given it.</summary>
    private static async Task<DateOnly?> ReinstateAsync(WriteTransaction transaction, CounterBooking booking, long redemption, DateTimeOffset now)
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

    private async Task SaveAsync(WriteTransaction transaction, Clerk clerk, OfflineHandOver handOver, string key, OfflineOutcome outcome)
    {
        var number = handOver.Request?.Number ?? handOver.Typed;
        await transaction.ExecuteAsync(
            """
            INSERT INTO offline_hand_over (id, request_key, pharmacy_id, staff_id, number, round_date, units, claimed_at, heard_at, conflict, after_lapse, short_round)
            VALUES (@id, @key, @PharmacyId, @staff, @number, @Round, @Units, @ClaimedAt, @now, @Conflict, @AfterLapse, @ShortRound)
            """,
            new
            {
                id = Ids.Next(), key, clerk.PharmacyId, staff = clerk.Staff.Id, number, outcome.Round, outcome.Units, handOver.ClaimedAt,
                now = calendar.Now, outcome.Conflict, outcome.AfterLapse, outcome.ShortRound,
            });
        await AuditStore.AddAsync(
            transaction, calendar.Now, clerk.Staff.Username, "redemption.settle", number,
            outcome.ShortRound is { } day ? $"{outcome.Conflict}, one place short in {day.Column()}" : outcome.Conflict.ToString());
    }

    private sealed class Recorded
    {
        public string RequestKey { get; init; } = "";
        public DateOnly? RoundDate { get; init; }
        public int Units { get; init; }
        public OfflineConflict Conflict { get; init; }
        public bool AfterLapse { get; init; }
        public DateOnly? ShortRound { get; init; }
    }

    private sealed class Earlier
    {
        public string RequestKey { get; init; } = "";
        public long BookingId { get; init; }
        public int Units { get; init; }
        public DateTimeOffset? VoidedAt { get; init; }
    }
}

/// <summary>
/// A hand-over made without a network, as read from the phone: no request when it cannot be read, the number as it was sent for
/// the supervisor, and the time by the phone.
/// </summary>
public sealed record OfflineHandOver(RedemptionRequest? Request, string RequestId, string Typed, DateTimeOffset ClaimedAt);

/// <summary>
/// What became of one. It counts without a conflict; after a lapse its place was taken from a later round, which is one short
/// when all of that round's places are held.
/// </summary>
public sealed record OfflineOutcome(
    string RequestId, OfflineConflict Conflict, bool AfterLapse = false, DateOnly? Round = null, int Units = 0, DateOnly? ShortRound = null);
