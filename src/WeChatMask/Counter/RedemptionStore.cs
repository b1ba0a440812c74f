using Dapper;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Telemetry;

namespace WeChatMask.Counter;

/// <summary>Hands bookings over. The facts are judged under the lock of the pharmacy's part in the round, and only a hand-over changes anything.</summary>
public sealed class RedemptionStore(Database database, PolicyQueries policies, PersonalData personal, CityCalendar calendar, Board board, NoticeOutbox notices, Instruments instruments)
{
    // Of the booking, of the hand-over, of the pharmacy's part, of the public log.
    private const int RowsOfHandOver = 4;

    internal const string SelectBookings = """
        SELECT b.id, b.number, b.serial, b.round_date, b.pickup_date, b.is_moved, b.pharmacy_id, b.policy_id, b.person_hash, b.units, b.unit_price_fen,
               b.status, b.slot_starts_at, b.slot_ends_at, b.pickup_opens_at, b.pickup_closes_at, b.round_ended_at AS ended_at, b.round_annulled_at, p.name, p.id_number,
               d.id AS redemption_id, d.units AS redeemed_units, d.outside_slot AS redeemed_outside_slot,
               d.redeemed_at, d.proxy_hash, d.proxy_counted, f.code AS pharmacy_code, f.name AS pharmacy_name
          FROM booking_pickup b
          JOIN resident p        ON p.id = b.resident_id AND p.account_id = b.account_id
          JOIN pharmacy f        ON f.id = b.pharmacy_id
          LEFT JOIN redemption d ON d.booking_id = b.id AND d.voided_at IS NULL
        """;

    /// <summary>
    /// The verdicts that hand-overs to one person would get one after another: each that may be made uses up some of the proxy's
    /// cap. Changes nothing but the audit: the clerk has seen the bookings.
    /// </summary>
    public Task<List<RedemptionAnswer>> CheckAsync(Clerk clerk, IReadOnlyList<RedemptionRequest> requests, CancellationToken cancellationToken) =>
        database.WriteAsync(t => CheckAsync(t, clerk, requests), cancellationToken);

    private async Task<List<RedemptionAnswer>> CheckAsync(WriteTransaction transaction, Clerk clerk, IReadOnlyList<RedemptionRequest> requests)
    {
        var answers = new List<RedemptionAnswer>(requests.Count);
        var before = 0;
        foreach (var request in requests)
        {
            var booking = await FindAsync(transaction, clerk, request);
            var judged = await JudgeAsync(transaction, clerk, request, booking, calendar.Now, before);
            await AuditAsync(transaction, clerk, request, booking, request.Holder is null ? "redemption.check" : "redemption.card", judged);
            if (judged is { Refusal: Refusal.None, Verdict: Verdict.Valid } && Counts(request, booking!)) before++;
            answers.Add(judged);
        }

        return answers;
    }

    /// <summary>Hands over, or says why not. The same request again gives the same answer.</summary>
    public async Task<RedemptionAnswer> RedeemAsync(Clerk clerk, RedemptionRequest request, CancellationToken cancellationToken)
    {
        var answer = await database.WriteAsync(t => RedeemAsync(t, clerk, request), cancellationToken);
        if (answer.Verdict == Verdict.Redeemed) board.MarkChanged();
        instruments.Redeemed(answer.Refusal == Refusal.None ? Outcome.Of(answer.Verdict) : Outcome.Of(answer.Refusal));
        return answer;
    }

    /// <summary>An answer that was not refused, in the contract's words.</summary>
    public RedemptionView ViewOf(RedemptionAnswer answer)
    {
        if (answer.Booking is not { } b) return new RedemptionView(answer.Verdict, null, null, answer.Fault) { Pharmacy = answer.WentTo, IsElsewhere = answer.WentTo is not null };
        var annulled = answer.Verdict == Verdict.Cancelled && b.RoundAnnulledAt is not null;
        var booking = new CounterBookingView(
            b.Number, b.Serial, personal.Decrypt(b.Name), Masking.Document(personal.Decrypt(b.IdNumber)),
            answer.Units, Money.Yuan(answer.Units * b.UnitPriceFen), calendar.Local(b.Slot), b.PickupDate, calendar.Local(b.RedeemedAt));
        return new RedemptionView(answer.Verdict, booking, answer.OutsideSlot)
        {
            RoundAnnulled = annulled ? true : null,
            Pharmacy = answer.Verdict == Verdict.OtherPharmacy ? new CounterPharmacyView(b.PharmacyCode, b.PharmacyName) : null,
        };
    }

    private async Task<RedemptionAnswer> RedeemAsync(WriteTransaction transaction, Clerk clerk, RedemptionRequest request)
    {
        var place = await PlaceAsync(transaction, clerk, request);
        var (booking, earlier) = await HoldAsync(transaction, clerk, request, place);
        if (earlier is not null) return Remembered(booking!, earlier);

        var now = calendar.Now;
        var judged = await JudgeAsync(transaction, clerk, request, booking, now);
        if (judged is { Refusal: Refusal.None, Verdict: Verdict.Valid })
        {
            judged = await HandOverAsync(transaction, clerk, request, judged, now);
        }

        await AuditAsync(transaction, clerk, request, booking, "redemption.make", judged);
        if (judged.Verdict == Verdict.Redeemed) await QuotaStore.TouchBoardAsync(transaction);
        return judged;
    }

    /// <summary>Where a booking stands, before anything is locked.</summary>
    private async Task<BookingPlace?> PlaceAsync(WriteTransaction transaction, Clerk clerk, RedemptionRequest request)
    {
        if (request.Holder is { } holder)
            return await FindHeldAsync(transaction, clerk, holder, request.RequestId) is { } held ? new BookingPlace { Id = held.Id, RoundDate = held.RoundDate, PharmacyId = held.PharmacyId } : null;
        return request.Number is { } number ? await transaction.QueryOneAsync<BookingPlace>("SELECT id, round_date, pharmacy_id FROM booking WHERE number = @number", new { number }) : null;
    }

    /// <summary>A booking, read under the lock of its part where this pharmacy may hand it over, and what the same request made of it before.</summary>
    private static async Task<(CounterBooking? Booking, Earlier? Earlier)> HoldAsync(WriteTransaction transaction, Clerk clerk, RedemptionRequest request, BookingPlace? place)
    {
        const string byId = $"{SelectBookings} WHERE b.id = @Id";
        if (place is null) return default;
        if (place.PharmacyId != clerk.PharmacyId) return (await transaction.QueryOneAsync<CounterBooking>(byId, new { place.Id }), null);
        // One trip: what follows the lock sees what another counter has written while this one waited for it.
        await using var all = await transaction.Connection.QueryMultipleAsync(
            $"""
             SELECT last_serial FROM pharmacy_round WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId{transaction.Engine.ForUpdate};
             SELECT booking_id, voided_at FROM redemption WHERE request_key = @key;
             {byId}
             """,
            new { place.RoundDate, place.PharmacyId, place.Id, key = KeyOf(clerk, request.RequestId) },
            transaction.Transaction);
        await all.ReadAsync<int>();
        var earlier = await all.ReadSingleOrDefaultAsync<Earlier>();
        return (await all.ReadSingleAsync<CounterBooking>(), earlier);
    }

    /// <summary>The earlier success of the same request; a request that named another booking, or was taken back since, is not usable again.</summary>
    private static RedemptionAnswer Remembered(CounterBooking booking, Earlier earlier) => earlier.BookingId != booking.Id || earlier.VoidedAt is not null
        ? new RedemptionAnswer(Refusal.RequestUsed, Verdict.Unknown)
        : new RedemptionAnswer(Refusal.None, Verdict.Redeemed, booking, booking.RedeemedUnits ?? booking.Units, booking.RedeemedOutsideSlot ?? false);

    private async Task<RedemptionAnswer> JudgeAsync(
        WriteTransaction transaction, Clerk clerk, RedemptionRequest request, CounterBooking? booking, DateTimeOffset now, int before = 0)
    {
        var full = booking is not null && Counts(request, booking)
            && before + await UsedAsync(transaction, request, booking) >= await CapAsync(transaction, booking);
        var verdict = RedemptionRules.Judge(FactsOf(clerk, request, booking), full, now);
        if (booking is null || !RedemptionRules.MayShowBooking(verdict, request.Holder is not null))
        {
            var went = verdict == Verdict.OtherPharmacy && await HasLeftAsync(transaction, clerk, booking!.Id);
            return new RedemptionAnswer(Refusal.None, verdict)
            {
                Fault = request.Fault == CodeFault.None ? null : request.Fault, WentTo = went ? new CounterPharmacyView(booking!.PharmacyCode, booking.PharmacyName) : null,
            };
        }

        if (request.Proxy is { } shown && !(await PolicyAsync(transaction, booking)).Takes(shown.IdentityNumber.Type)) return new RedemptionAnswer(Refusal.InvalidIdNumber, verdict);
        // How many were booked is told only to one who has shown the right card or voucher.
        if (verdict == Verdict.Valid && request.Units > booking.Units) return new RedemptionAnswer(Refusal.InvalidUnits, verdict);
        var units = booking.RedeemedUnits ?? (verdict == Verdict.Valid ? request.Units : null) ?? booking.Units;
        return new RedemptionAnswer(Refusal.None, verdict, booking, units, booking.RedeemedOutsideSlot ?? booking.Slot is { } slot && !slot.Contains(now));
    }

    /// <summary>Whether a booking was this pharmacy's until it went to another: then its counter may say where.</summary>
    private static async Task<bool> HasLeftAsync(WriteTransaction transaction, Clerk clerk, long booking) => await transaction.ScalarAsync<long>(
        "SELECT COUNT(*) FROM booking_move WHERE booking_id = @booking AND from_pharmacy_id = @PharmacyId AND moved_at IS NOT NULL", new { booking, clerk.PharmacyId }) > 0;

    private async Task<RedemptionAnswer> HandOverAsync(
        WriteTransaction transaction, Clerk clerk, RedemptionRequest request, RedemptionAnswer judged, DateTimeOffset now)
    {
        var booking = judged.Booking!;
        var counted = Counts(request, booking);
        // Before anything is written, since this may still say no: other pharmacies serve the same proxy at this moment.
        if (counted && !await CountProxyAsync(transaction, request.Proxy!.Hash, booking, await CapAsync(transaction, booking))) return judged with { Verdict = Verdict.ProxyLimit };
        var made = new HandedOver(request.RequestId, judged.Units, judged.OutsideSlot, now)
        {
            Proxy = request.Proxy, ProxyCounted = counted, ByCard = request.Holder is not null,
        };
        var id = await SaveAsync(transaction, clerk, booking, made, now);
        return judged with
        {
            Verdict = Verdict.Redeemed,
            Booking = booking with
            {
                Status = BookingStatus.Redeemed, RedemptionId = id, RedeemedUnits = made.Units, RedeemedOutsideSlot = made.OutsideSlot, RedeemedAt = made.At,
                ProxyHash = request.Proxy?.Hash, ProxyCounted = counted,
            },
        };
    }

    /// <summary>Writes a hand-over down under the lock of the pharmacy's part in the round, of a booking that has lapsed too. Returns its id.</summary>
    internal async Task<long> SaveAsync(WriteTransaction transaction, Clerk clerk, CounterBooking booking, HandedOver handedOver, DateTimeOffset now)
    {
        var id = Ids.Next();
        // One trip, and its rows are counted together.
        var rows = await transaction.ExecuteAsync(
            $"""
            UPDATE booking SET status = @redeemed, settled_at = @now WHERE id = @bookingId AND status = @Status;
            {LogPendingStore.Insert};
            INSERT INTO redemption (id, request_key, booking_id, round_date, pharmacy_id, staff_id, units, amount_fen, outside_slot,
                                    proxy_hash, proxy_counted, proxy_name, proxy_id_number, proxy_document_type, redeemed_at, by_card)
            VALUES (@id, @key, @bookingId, @RoundDate, @PharmacyId, @staffId, @Units, @amount, @OutsideSlot,
                    @hash, @ProxyCounted, @proxyName, @proxyIdNumber, @proxyDocument, @At, @ByCard);
            UPDATE pharmacy_round SET redeemed = redeemed + 1, lapsed = lapsed - @less WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId
            """,
            new
            {
                lineId = Ids.Next(), line = LogEntry.Give(booking.RoundDate, booking.PharmacyCode, booking.Serial, handedOver.Units).Text,
                redeemed = BookingStatus.Redeemed, now, booking.Status, less = booking.Status == BookingStatus.Lapsed ? 1 : 0,
                id, key = KeyOf(clerk, handedOver.RequestId), bookingId = booking.Id, booking.RoundDate, booking.PharmacyId, staffId = clerk.Staff.Id,
                handedOver.Units, amount = handedOver.Units * booking.UnitPriceFen, handedOver.OutsideSlot,
                hash = handedOver.Proxy?.Hash, handedOver.ProxyCounted,
                proxyName = handedOver.Proxy is { } p ? personal.Encrypt(p.Name.Value) : null,
                proxyIdNumber = handedOver.Proxy is { } q ? personal.Encrypt(q.IdentityNumber.Value) : null,
                proxyDocument = handedOver.Proxy?.IdentityNumber.Type ?? DocumentType.IdentityCard,
                handedOver.At, handedOver.ByCard,
            });
        if (rows != RowsOfHandOver) throw new InvalidOperationException($"Booking {booking.Number} changed under its pharmacy's lock.");
        // A pickup that has moved is made after its round has ended and was reported.
        if (booking.EndedAt is not null) await RoundStore.ReopenReportAsync(transaction, booking.RoundDate);
        await TellAsync(transaction, NoticeKind.HandedOver, booking, id, now);
        return id;
    }

    /// <summary>Tells of a hand-over, or that it was taken back, by the ways that the booking's rules want.</summary>
    internal async Task TellAsync(WriteTransaction transaction, NoticeKind kind, CounterBooking booking, long redemption, DateTimeOffset now)
    {
        var policy = await policies.GetAsync(transaction.Connection, transaction.Transaction, booking.PolicyId);
        await notices.TellHandOverAsync(transaction, kind, new HandOverSubject(redemption, booking.Id, booking.RoundDate, booking.PharmacyId), policy.HandOverSms, now);
    }

    /// <summary>Counts one more hand-over of a proxy on a pickup day; false when the cap is reached.</summary>
    private static async Task<bool> CountProxyAsync(WriteTransaction transaction, string hash, CounterBooking booking, int cap)
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

    private static async Task<int> UsedAsync(WriteTransaction transaction, RedemptionRequest request, CounterBooking booking) =>
        await transaction.ScalarAsync<int?>(
            "SELECT used FROM proxy_day WHERE proxy_hash = @Hash AND pickup_date = @PickupDate",
            new { request.Proxy!.Hash, booking.PickupDate }) ?? 0;

    private async Task<int> CapAsync(WriteTransaction transaction, CounterBooking booking) =>
        (await PolicyAsync(transaction, booking)).ProxyCap;

    private Task<Policy> PolicyAsync(WriteTransaction transaction, CounterBooking booking) =>
        policies.GetAsync(transaction.Connection, transaction.Transaction, booking.PolicyId);

    /// <summary>Whoever brings a friend's voucher along with their own collects for one other person only.</summary>
    private static bool Counts(RedemptionRequest request, CounterBooking booking) =>
        request.Proxy is { } proxy && proxy.Hash != booking.PersonHash;

    internal CounterFacts FactsOf(Clerk clerk, RedemptionRequest request, CounterBooking? booking) => booking is null
        ? new CounterFacts { Forged = request.Forged }
        : new CounterFacts(
            request.Forged, true, booking.PharmacyId == clerk.PharmacyId,
            // Who was found by the card's own number needs no further proof.
            request.Holder is { } holder ? holder == booking.PersonHash : RedemptionRules.IdentityHolds(request.ByVoucher, request.LastFour, personal.Decrypt(booking.IdNumber)),
            booking.Status, booking.PickupOpensAt, booking.PickupClosesAt);

    private async Task<CounterBooking?> FindAsync(WriteTransaction transaction, Clerk clerk, RedemptionRequest request) => request.Holder is { } holder
        ? await FindHeldAsync(transaction, clerk, holder, request.RequestId)
        : await FindAsync(transaction, request.Number);

    /// <summary>
    /// What was booked in a card holder's name: what this request has handed over already, else what can be collected here now, here
    /// later, or elsewhere, else the newest.
    /// </summary>
    private async Task<CounterBooking?> FindHeldAsync(WriteTransaction transaction, Clerk clerk, string holder, string requestId)
    {
        var now = calendar.Now;
        var found = await transaction.QueryAsync<CounterBooking>(SelectBookings + " WHERE p.person_hash = @holder ORDER BY b.id DESC", new { holder });
        var made = requestId.Length == 0 ? null : await transaction.ScalarAsync<long?>("SELECT booking_id FROM redemption WHERE request_key = @key", new { key = KeyOf(clerk, requestId) });
        return found.Find(b => b.Id == made)
            ?? found.Where(b => b.Status == BookingStatus.Booked && now < b.PickupClosesAt)
                .OrderBy(b => b.PharmacyId != clerk.PharmacyId).ThenBy(b => b.PickupOpensAt).FirstOrDefault()
            ?? found.FirstOrDefault();
    }

    internal static async Task<CounterBooking?> FindAsync(WriteTransaction transaction, string? number) =>
        number is null ? null : await transaction.QueryOneAsync<CounterBooking>(SelectBookings + " WHERE b.number = @number", new { number });

    /// <summary>
    /// Attempts on somebody's booking leave a line, the refused ones too: four digits could be guessed. A look by a card's number
    /// leaves one even where nothing was found, so that nobody tries numbers unseen.
    /// </summary>
    private Task AuditAsync(WriteTransaction transaction, Clerk clerk, RedemptionRequest request, CounterBooking? booking, string action, RedemptionAnswer answer)
    {
        if (booking is null && request.Holder is null) return Task.CompletedTask;
        var outcome = answer.Refusal == Refusal.None ? answer.Verdict.ToString() : answer.Refusal.ToString();
        return AuditStore.AddAsync(
            transaction, calendar.Now, clerk.Staff.Username, action, booking?.Number ?? AuditStore.Nobody, request.Holder is null ? outcome : $"{outcome}, by card");
    }

    internal static string KeyOf(Clerk clerk, string requestId) => FormattableString.Invariant($"{clerk.PharmacyId}:{requestId}");

    private sealed class BookingPlace
    {
        public long Id { get; init; }
        public DateOnly RoundDate { get; init; }
        public long PharmacyId { get; init; }
    }

    private sealed class Earlier
    {
        public long BookingId { get; init; }
        public DateTimeOffset? VoidedAt { get; init; }
    }
}

/// <summary>A refused request, or a verdict with the booking as far as it may be shown and the units that were, or would be, handed over.</summary>
public sealed record RedemptionAnswer(Refusal Refusal, Verdict Verdict, CounterBooking? Booking = null, int Units = 0, bool OutsideSlot = false)
{
    /// <summary>What is wrong with the code itself; null where it can be read.</summary>
    public CodeFault? Fault { get; init; }

    /// <summary>The pharmacy that a booking of this one went to.</summary>
    public CounterPharmacyView? WentTo { get; init; }
}

/// <summary>A hand-over to be written down, and whether it is one of its proxy's.</summary>
internal sealed record HandedOver(string RequestId, int Units, bool OutsideSlot, DateTimeOffset At)
{
    public Proxy? Proxy { get; init; }
    public bool ProxyCounted { get; init; }

    /// <summary>Found by the whole number of the card.</summary>
    public bool ByCard { get; init; }
}
