using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Telemetry;

namespace WeChatMask.Counter;

/// <summary>Hands bookings over. The facts are judged under the lock of the pharmacy's part in the round, and only a hand-over changes anything.</summary>
public sealed class RedemptionStore(Database database, PolicyBook policies, PersonalData personal, CityCalendar calendar, Board board, Instruments instruments)
{
    internal const string SelectBooking = SelectBookings + " WHERE b.number = @number";

    internal const string SelectBookings = """
        SELECT b.id, b.number, b.serial, b.round_date, b.pickup_date, b.is_moved, b.pharmacy_id, b.policy_id, b.person_hash, b.units, b.unit_price_fen, b.status, b.slot_starts_at, b.slot_ends_at,
               b.pickup_opens_at, b.pickup_closes_at, b.round_ended_at AS ended_at, p.name, p.id_number,
               d.id AS redemption_id, d.request_key, d.units AS redeemed_units, d.outside_slot AS redeemed_outside_slot,
               d.redeemed_at, d.proxy_hash, d.proxy_counted
          FROM booking_pickup b
          JOIN resident p        ON p.id = b.resident_id
          LEFT JOIN redemption d ON d.booking_id = b.id AND d.voided_at IS NULL
        """;

    /// <summary>The verdict a hand-over would get, changing nothing but the audit: the clerk has seen the booking.</summary>
    public async Task<CounterAnswer> CheckAsync(Clerk clerk, CounterAttempt attempt, CancellationToken cancellationToken) =>
        (await CheckAsync(clerk, [attempt], cancellationToken))[0];

    /// <summary>The verdicts that hand-overs to one person would get one after another: each that may be made uses up some of the proxy's cap.</summary>
    public Task<IReadOnlyList<CounterAnswer>> CheckAsync(
        Clerk clerk, IReadOnlyList<CounterAttempt> attempts, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var answers = new List<CounterAnswer>(attempts.Count);
            var before = 0;
            foreach (var attempt in attempts)
            {
                var booking = await FindAsync(transaction, attempt.Number);
                var judged = await JudgeAsync(transaction, clerk, attempt, booking, calendar.Now, before);
                await AuditAsync(transaction, clerk, booking, "redemption.check", judged);
                if (judged is { Refusal: Refusal.None, Verdict: Verdict.Valid } && Counts(attempt, booking!)) before++;
                answers.Add(judged);
            }

            return (IReadOnlyList<CounterAnswer>)answers;
        },
        cancellationToken);

    /// <summary>Hands over, or says why not. The same request again gives the same answer.</summary>
    public async Task<CounterAnswer> RedeemAsync(Clerk clerk, CounterAttempt attempt, CancellationToken cancellationToken)
    {
        var answer = await database.WriteAsync(t => RedeemAsync(t, clerk, attempt), cancellationToken);
        if (answer.Verdict == Verdict.Redeemed) board.MarkChanged();
        instruments.Redeemed(answer.Refusal == Refusal.None ? Outcome.Of(answer.Verdict) : Outcome.Of(answer.Refusal));
        return answer;
    }

    private async Task<CounterAnswer> RedeemAsync(WriteTransaction transaction, Clerk clerk, CounterAttempt attempt)
    {
        var booking = await FindAsync(transaction, attempt.Number);
        if (booking is not null && booking.PharmacyId == clerk.PharmacyId)
        {
            await QuotaStore.LockAsync(transaction, booking.RoundDate, [booking.PharmacyId]);
            if (await RememberedAsync(transaction, clerk, attempt, booking.Id) is { } remembered) return remembered;
            // Read again: another counter may have been first while this one waited for the lock.
            booking = (await FindAsync(transaction, attempt.Number))!;
        }

        var now = calendar.Now;
        var judged = await JudgeAsync(transaction, clerk, attempt, booking, now);
        if (judged is { Refusal: Refusal.None, Verdict: Verdict.Valid })
        {
            var verdict = await HandOverAsync(transaction, clerk, attempt, judged, now);
            judged = judged with { Verdict = verdict, Booking = await FindAsync(transaction, attempt.Number) };
        }

        await AuditAsync(transaction, clerk, booking, "redemption.make", judged);
        if (judged.Verdict == Verdict.Redeemed) await QuotaStore.TouchBoardAsync(transaction);
        return judged;
    }

    /// <summary>The earlier success of the same request; a request that named another booking, or was taken back since, is not usable again.</summary>
    private static async Task<CounterAnswer?> RememberedAsync(WriteTransaction transaction, Clerk clerk, CounterAttempt attempt, long bookingId)
    {
        var earlier = await transaction.QueryOneAsync<Earlier>(
            "SELECT booking_id, voided_at FROM redemption WHERE request_key = @key", new { key = KeyOf(clerk, attempt.RequestId) });
        if (earlier is null) return null;
        if (earlier.BookingId != bookingId || earlier.VoidedAt is not null)
            return new CounterAnswer(Refusal.RequestUsed, Verdict.Unknown);
        var booking = (await FindAsync(transaction, attempt.Number))!;
        return new CounterAnswer(Refusal.None, Verdict.Redeemed, booking, booking.RedeemedUnits ?? booking.Units, booking.RedeemedOutsideSlot ?? false);
    }

    private async Task<CounterAnswer> JudgeAsync(
        WriteTransaction transaction, Clerk clerk, CounterAttempt attempt, CounterBookingRow? booking, DateTimeOffset now, int before = 0)
    {
        var full = booking is not null && Counts(attempt, booking)
            && before + await UsedAsync(transaction, attempt, booking) >= await CapAsync(transaction, booking);
        var verdict = RedemptionRules.Judge(
            new RedemptionFacts(
                attempt.Forged,
                booking is not null,
                booking?.PharmacyId == clerk.PharmacyId,
                booking is not null && IdentityHolds(personal, attempt, booking),
                booking?.Status ?? default,
                booking?.PickupOpensAt ?? default,
                booking?.PickupClosesAt ?? default,
                full),
            now);
        if (booking is null || !RedemptionRules.MayShowBooking(verdict)) return new CounterAnswer(Refusal.None, verdict);
        // How many were booked is told only to one who has shown the right card or voucher.
        if (verdict == Verdict.Valid && attempt.Units > booking.Units) return new CounterAnswer(Refusal.InvalidUnits, verdict);
        var units = booking.RedeemedUnits ?? (verdict == Verdict.Valid ? attempt.Units : null) ?? booking.Units;
        return new CounterAnswer(Refusal.None, verdict, booking, units, booking.RedeemedOutsideSlot ?? booking.Slot is { } slot && !slot.Contains(now));
    }

    private async Task<Verdict> HandOverAsync(
        WriteTransaction transaction, Clerk clerk, CounterAttempt attempt, CounterAnswer judged, DateTimeOffset now)
    {
        var booking = judged.Booking!;
        var counted = Counts(attempt, booking);
        // Before anything is written, since this may still say no: other pharmacies serve the same proxy at this moment.
        if (counted && !await CountProxyAsync(transaction, attempt.Proxy!.Hash, booking, await CapAsync(transaction, booking))) return Verdict.ProxyLimit;
        var rows = await transaction.ExecuteAsync(
            "UPDATE booking SET status = @redeemed, settled_at = @now WHERE id = @Id AND status = @booked",
            new { redeemed = BookingStatus.Redeemed, now, booking.Id, booked = BookingStatus.Booked });
        if (rows == 0) throw new InvalidOperationException($"Booking {booking.Number} changed under its pharmacy's lock.");
        await transaction.ExecuteAsync(
            """
            INSERT INTO redemption (id, request_key, booking_id, round_date, pharmacy_id, staff_id, units, amount_fen, outside_slot,
                                    proxy_hash, proxy_counted, proxy_name, proxy_id_number, redeemed_at)
            VALUES (@id, @key, @bookingId, @RoundDate, @PharmacyId, @staffId, @Units, @amount, @outside,
                    @hash, @counted, @proxyName, @proxyIdNumber, @now)
            """,
            new
            {
                id = Ids.Next(), key = KeyOf(clerk, attempt.RequestId), bookingId = booking.Id, booking.RoundDate, booking.PharmacyId,
                staffId = clerk.Staff.Id, judged.Units, amount = judged.Units * booking.UnitPriceFen, outside = judged.OutsideSlot ? 1 : 0,
                hash = attempt.Proxy?.Hash, counted = counted ? 1 : 0,
                proxyName = attempt.Proxy is { } p ? personal.Encrypt(p.Name.Value) : null,
                proxyIdNumber = attempt.Proxy is { } q ? personal.Encrypt(q.IdentityNumber.Value) : null,
                now,
            });
        await transaction.ExecuteAsync(
            "UPDATE pharmacy_round SET redeemed = redeemed + 1 WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId",
            new { booking.RoundDate, booking.PharmacyId });
        // A pickup that has moved is made after its round has ended and was reported.
        if (booking.EndedAt is not null) await RoundStore.ReopenReportAsync(transaction, booking.RoundDate);
        return Verdict.Redeemed;
    }

    /// <summary>Counts one more hand-over of a proxy on a pickup day; false when the cap is reached.</summary>
    private static async Task<bool> CountProxyAsync(WriteTransaction transaction, string hash, CounterBookingRow booking, int cap)
    {
        var key = new { hash, booking.PickupDate, cap };
        var rows = await transaction.ExecuteAsync(
            "UPDATE proxy_day SET used = used + 1 WHERE proxy_hash = @hash AND pickup_date = @PickupDate AND used < @cap", key);
        if (rows == 1) return true;
        var known = await transaction.ScalarAsync<long>(
            "SELECT COUNT(*) FROM proxy_day WHERE proxy_hash = @hash AND pickup_date = @PickupDate", key);
        if (known > 0 || cap == 0) return false;
        // Two first hand-overs at once clash here, and the one that lost is tried again from the start.
        await transaction.ExecuteAsync("INSERT INTO proxy_day (proxy_hash, pickup_date, used) VALUES (@hash, @PickupDate, 1)", key);
        return true;
    }

    private static async Task<int> UsedAsync(WriteTransaction transaction, CounterAttempt attempt, CounterBookingRow booking) =>
        await transaction.ScalarAsync<int?>(
            "SELECT used FROM proxy_day WHERE proxy_hash = @Hash AND pickup_date = @PickupDate",
            new { attempt.Proxy!.Hash, booking.PickupDate }) ?? 0;

    private async Task<int> CapAsync(WriteTransaction transaction, CounterBookingRow booking) =>
        (await policies.GetAsync(transaction.Connection, transaction.Transaction, booking.PolicyId)).ProxyCap;

    /// <summary>Whoever brings a friend's voucher along with their own collects for one other person only.</summary>
    private static bool Counts(CounterAttempt attempt, CounterBookingRow booking) =>
        attempt.Proxy is { } proxy && proxy.Hash != booking.PersonHash;

    internal static bool IdentityHolds(PersonalData personal, CounterAttempt attempt, CounterBookingRow booking)
    {
        if (attempt.LastFour is not { } typed) return attempt.ByVoucher;
        var number = personal.Decrypt(booking.IdNumber);
        return number.Length >= typed.Length && number.EndsWith(typed, StringComparison.Ordinal);
    }

    private static async Task<CounterBookingRow?> FindAsync(WriteTransaction transaction, string? number) =>
        number is null ? null : await transaction.QueryOneAsync<CounterBookingRow>(SelectBooking, new { number });

    /// <summary>Attempts on somebody's booking leave a line, the refused ones too: four digits could be guessed.</summary>
    private Task AuditAsync(WriteTransaction transaction, Clerk clerk, CounterBookingRow? booking, string action, CounterAnswer answer) =>
        booking is null
            ? Task.CompletedTask
            : AuditStore.AddAsync(
                transaction, calendar.Now, clerk.Staff.Username, action, booking.Number,
                answer.Refusal == Refusal.None ? answer.Verdict.ToString() : answer.Refusal.ToString());

    internal static string KeyOf(Clerk clerk, string requestId) => FormattableString.Invariant($"{clerk.PharmacyId}:{requestId}");

    private sealed class Earlier
    {
        public long BookingId { get; init; }

        public DateTimeOffset? VoidedAt { get; init; }
    }
}
