using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Stock;

namespace WeChatMask.Notices;

/// <summary>Takes notices out of the outbox under a lease and writes down what became of them, each channel's apart.</summary>
public sealed class OutboxStore(Database database, CityCalendar calendar)
{
    // What goes with a list is written before the list is out, in portions, and is nobody's to send until then.
    private const string Unpublished = "kind IN (@slot, @reminder) AND round_date IN (SELECT date FROM round WHERE published_at IS NULL)";

    public async Task<int> DropExpiredAsync(NoticeChannel channel, CancellationToken cancellationToken)
    {
        const string expired = "channel = @channel AND status = @waiting AND due_at <= @now AND expires_at <= @now";
        var args = new { channel, waiting = NoticeStatus.Waiting, dropped = NoticeStatus.Dropped, now = calendar.Now };
        if (await database.ScalarAsync<long>($"SELECT COUNT(*) FROM outbox WHERE {expired}", args, cancellationToken) == 0) return 0;
        return await database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                $"UPDATE outbox SET status = @dropped, settled_at = @now WHERE {expired} AND leased_until <= @now", args),
            cancellationToken);
    }

    /// <summary>Takes up to <paramref name="count"/> notices that are due, for this sender alone and for <paramref name="time"/>.</summary>
    /// <remarks>
    /// A lease that ran out without a result means that a sender died in between: the message may be out or not. It is sent
    /// again and marked, because a message twice is better than none.
    /// </remarks>
    public async Task<List<LeasedNotice>> LeaseAsync(NoticeChannel channel, TimeSpan time, int count, CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        // Looked at first: mostly nothing is due, and reading keeps no writer waiting.
        var due = await database.QueryAsync<long>(
            $"""
            SELECT id FROM outbox
             WHERE channel = @channel AND status = @waiting AND due_at <= @now AND leased_until <= @now AND NOT ({Unpublished})
             ORDER BY due_at, id LIMIT @count
            """,
            new { channel, waiting = NoticeStatus.Waiting, now, count, slot = NoticeKind.SlotAssigned, reminder = NoticeKind.Reminder },
            cancellationToken);
        if (due.Count == 0) return [];
        return await database.WriteAsync(
            async transaction =>
            {
                var lease = Guid.NewGuid().ToString("N");
                // Only an SMS vendor can be asked what became of a doubtful message.
                await transaction.ExecuteAsync(
                    $"""
                    UPDATE outbox
                       SET maybe_repeated = CASE WHEN leased_by IS NULL THEN maybe_repeated ELSE 1 END,
                           doubtful_since = CASE WHEN leased_by IS NULL OR channel <> @sms THEN doubtful_since ELSE COALESCE(doubtful_since, @now) END,
                           leased_by = @lease, leased_until = @until, attempts = attempts + 1
                     WHERE id {transaction.Engine.AnyOf("due")} AND status = @waiting AND leased_until <= @now
                    """,
                    new { sms = NoticeChannel.Sms, lease, until = now + time, due, waiting = NoticeStatus.Waiting, now });
                // Not from booking_pickup: pharmacies' notices have no booking, and an engine may make a view whole that is joined from the left.
                return await transaction.QueryAsync<LeasedNotice>(
                    $"""
                    SELECT o.id, o.leased_by AS lease, o.leased_until, o.kind, o.round_date, o.attempts, o.maybe_repeated,
                           o.doubtful_since, o.doubtful_at, o.counted_on,
                           COALESCE(m.pickup_date, r.pickup_date) AS pickup_date, COALESCE(m.opens_at, r.pickup_opens_at) AS pickup_opens_at,
                           COALESCE(m.closes_at, t.pickup_closes_at, r.pickup_closes_at) AS pickup_closes_at, r.policy_id, r.annul_reason,
                           (SELECT MAX(l.reason) FROM lever l
                             WHERE l.round_date = o.round_date AND l.kind = @move AND (l.pharmacy_id IS NULL OR l.pharmacy_id = o.pharmacy_id)) AS move_reason,
                           (SELECT MAX(l.reason) FROM lever l JOIN booking_move v ON v.lever_id = l.id
                             WHERE v.booking_id = o.booking_id AND v.to_pharmacy_id = o.pharmacy_id) AS withdraw_reason,
                           o.pharmacy_id, COALESCE(p.name, '') AS pharmacy_name, COALESCE(p.address, '') AS pharmacy_address, COALESCE(c.number, '') AS case_number, COALESCE(p.contact_mobile, '') AS contact_mobile,
                           b.status AS booking_status, COALESCE(b.number, '') AS number, COALESCE(b.serial, 0) AS serial, COALESCE(b.units, 0) AS units,
                           COALESCE(b.unit_price_fen, 0) AS unit_price_fen, b.slot_starts_at, b.slot_ends_at, COALESCE(w.mobile, '') AS mobile, w.reason AS refused_for,
                           COALESCE(a.open_id, '') AS open_id, a.unreachable_since, o.account_id, d.units AS handed_over_units,
                           d.redeemed_at AS handed_over_at, d.voided_at
                      FROM outbox o
                      JOIN round r             ON r.date = o.round_date
                      LEFT JOIN pharmacy p     ON p.id = o.pharmacy_id
                      LEFT JOIN booking b      ON b.id = o.booking_id
                      LEFT JOIN resident w     ON w.id = b.resident_id
                      LEFT JOIN moved_pickup m ON m.booking_id = b.id
                      LEFT JOIN pharmacy_round t ON t.round_date = o.round_date AND t.pharmacy_id = o.pharmacy_id
                      LEFT JOIN account a      ON a.id = COALESCE(o.account_id, b.account_id) AND a.kind = @wechat
                      LEFT JOIN redemption d   ON d.id = o.redemption_id
                      LEFT JOIN complaint c    ON c.id = o.complaint_id
                     WHERE o.id {transaction.Engine.AnyOf("due")} AND o.leased_by = @lease
                     ORDER BY o.id
                    """,
                    new { due, lease, wechat = LoginWay.WeChat, move = LeverKind.Move });
            },
            cancellationToken);
    }

    /// <summary>
    /// Writes results down and gives the leases back. A lease that ran out and is another sender's now stays theirs, and a
    /// receipt that came meanwhile says that the message is out, whatever this try met.
    /// </summary>
    public Task RecordAsync(IReadOnlyCollection<NoticeResult> results, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteManyAsync(
                $"""
                UPDATE outbox
                   SET status = CASE WHEN receipt <> {SmsReceiptState.None:D} THEN {NoticeStatus.Sent:D} ELSE @Status END,
                       due_at = @DueAt, leased_by = NULL, leased_until = 0, segments = @Segments,
                       provider_id = @ProviderId, message_id = @MessageId, problem = @Problem, settled_at = COALESCE(@EndedAt, settled_at),
                       provider = COALESCE(@Provider, provider), receipt_key = COALESCE(@ReceiptKey, receipt_key),
                       doubtful_since = CASE WHEN @MayHaveLeft = 1 THEN COALESCE(doubtful_since, @TriedAt) ELSE doubtful_since END,
                       doubtful_at = CASE WHEN @MayHaveLeft = 1 THEN @TriedBy ELSE doubtful_at END,
                       maybe_repeated = CASE WHEN @MayHaveLeft = 1 THEN 1 ELSE maybe_repeated END
                 WHERE id = @Id AND leased_by = @Lease
                """,
                results);
            var now = calendar.Now;
            await transaction.ExecuteManyAsync(
                "UPDATE account SET unreachable_since = @now WHERE open_id = @openId AND unreachable_since IS NULL",
                [.. results.Select(r => r.Unreachable).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(openId => new { openId, now })]);
        },
        cancellationToken);

    /// <summary>The last day on which the booker of each notice has booked, as far as it counts for their next booking; those for whom nothing counts any more are left out.</summary>
    /// <remarks>So are those whose newest booking is another account's, of which nobody else is told.</remarks>
    public async Task<IReadOnlyDictionary<long, DateOnly>> NewestHoldsAsync(long[] notices, CancellationToken cancellationToken) =>
        (await database.QueryAsync<NewestHold>(
            $"""
            SELECT o.id, h.booked_on
              FROM outbox o
              JOIN booking b     ON b.id = o.booking_id
              JOIN person_hold h ON h.person_hash = b.person_hash
              JOIN booking own   ON own.id = h.booking_id AND own.account_id = b.account_id
             WHERE o.id {database.Engine.AnyOf("notices")}
               AND NOT EXISTS (SELECT 1 FROM person_hold n WHERE n.person_hash = h.person_hash AND n.booked_on > h.booked_on)
            """,
            new { notices },
            cancellationToken)).ToDictionary(h => h.Id, h => h.BookedOn);

    /// <summary>
    /// Accounts that look after a booking's person, without the booker's; or of them those through which the person has collected
    /// before, by a voucher or number that only they had.
    /// </summary>
    internal static Task<List<long>> OtherAccountsAsync(WriteTransaction transaction, long booking, bool haveCollected) => transaction.QueryAsync<long>(
        """
        SELECT r.account_id
          FROM booking b
          JOIN resident r ON r.person_hash = b.person_hash AND r.account_id <> b.account_id AND r.removed_at IS NULL
         WHERE b.id = @booking
           AND (@any = 1 OR EXISTS (SELECT 1 FROM booking o
                                      JOIN redemption d ON d.booking_id = o.id AND d.voided_at IS NULL AND d.by_card = 0
                                     WHERE o.account_id = r.account_id AND o.resident_id = r.id))
         ORDER BY r.account_id
        """,
        new { booking, any = !haveCollected });

    /// <summary>The newest round that is not to come.</summary>
    internal static async Task<DateOnly?> NewestRoundAsync(WriteTransaction transaction, DateOnly today)
    {
        var found = await transaction.QueryAsync<DateOnly>("SELECT date FROM round WHERE date <= @today ORDER BY date DESC LIMIT 1", new { today });
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Drops what was to go with lists that never come out.</summary>
    internal static Task<int> DropUnpublishedAsync(WriteTransaction transaction, DateOnly round, DateTimeOffset now) => transaction.ExecuteAsync(
        "UPDATE outbox SET status = @dropped, settled_at = @now WHERE status = @waiting AND round_date = @round AND kind IN (@slot, @reminder)",
        new { dropped = NoticeStatus.Dropped, waiting = NoticeStatus.Waiting, round, now, slot = NoticeKind.SlotAssigned, reminder = NoticeKind.Reminder });

    /// <summary>Gives notices that have not gone out yet another time.</summary>
    internal static Task MoveAsync(
        WriteTransaction transaction, IEnumerable<string> keys, DateTimeOffset dueAt, DateTimeOffset expiresAt, DateTimeOffset now) =>
        transaction.ExecuteManyAsync(
            """
            UPDATE outbox SET due_at = @dueAt, expires_at = @expiresAt
             WHERE notice_key = @key AND status = @waiting AND leased_until <= @now
            """,
            [.. keys.Select(key => new { key, dueAt, expiresAt, waiting = NoticeStatus.Waiting, now })]);

    /// <summary>Lets bookings' notices that have not gone out name another pharmacy.</summary>
    internal static Task RedirectAsync(WriteTransaction transaction, IEnumerable<long> bookings, long pharmacy) => transaction.ExecuteManyAsync(
        "UPDATE outbox SET pharmacy_id = @pharmacy WHERE booking_id = @booking AND status = @waiting",
        [.. bookings.Select(booking => new { pharmacy, booking, waiting = NoticeStatus.Waiting })]);

    /// <summary>Bookings by slot that are to be collected on a round's pickup day, for the pharmacies' notices.</summary>
    public Task<List<SlotCount>> SlotCountsAsync(DateOnly round, IReadOnlyCollection<long> pharmacies, CancellationToken cancellationToken) =>
        database.QueryAsync<SlotCount>(
            $"""
            SELECT b.pharmacy_id, b.slot_starts_at, b.slot_ends_at, COUNT(*) AS bookings, SUM(b.units) AS units
              FROM booking b
             WHERE b.pharmacy_id {database.Engine.AnyOf("pharmacies")} AND b.status = @booked AND {MovedPickupStore.OfTheDay}
             GROUP BY b.pharmacy_id, b.slot_starts_at, b.slot_ends_at
             ORDER BY b.pharmacy_id, b.slot_starts_at
            """,
            new { round, pharmacies, booked = BookingStatus.Booked },
            cancellationToken);

    private sealed class NewestHold
    {
        public long Id { get; init; }
        public DateOnly BookedOn { get; init; }
    }
}

/// <summary>Bookings and units of one pharmacy in one slot.</summary>
public sealed class SlotCount
{
    public long PharmacyId { get; init; }
    public DateTimeOffset? SlotStartsAt { get; init; }
    public DateTimeOffset? SlotEndsAt { get; init; }
    public int Bookings { get; init; }
    public int Units { get; init; }
}
