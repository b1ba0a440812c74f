using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Notices;

namespace WeChatMask.Operations;

/// <summary>One promise and the number of rows that break it; nothing may.</summary>
public sealed record InvariantResult(string Name, long Broken);

/// <summary>
/// The promises of the product as queries over the stored rows: nothing oversold, nobody twice, serials without gap, the
/// books balanced. Tests, the load tool and <c>scripts/verify</c> run this same set.
/// </summary>
public sealed class InvariantQueries(Database database)
{
    private static readonly object Statuses = new
    {
        booked = BookingStatus.Booked, redeemed = BookingStatus.Redeemed, lapsed = BookingStatus.Lapsed, cancelled = BookingStatus.Cancelled,
        made = NoticeKind.BookingMade, slot = NoticeKind.SlotAssigned, moved = NoticeKind.PickupMoved, annulled = NoticeKind.RoundAnnulled, elsewhere = NoticeKind.PharmacyChanged, sms = NoticeChannel.Sms,
        flagClosed = FlagStatus.Explained,
    };

    private static readonly (string Name, string Sql)[] All =
    [
        ("no window has more bookings than places", """
            SELECT COUNT(*) FROM quota WHERE taken > planned + carried_in + rolled_in - rolled_out + moved_in - moved_out OR taken < 0
            """),
        ("taken places equal the bookings that hold one", """
            SELECT COUNT(*) FROM (
                SELECT q.round_date
                  FROM (SELECT round_date, pharmacy_id, SUM(taken) AS taken FROM quota GROUP BY round_date, pharmacy_id) q
                  LEFT JOIN (SELECT round_date, pharmacy_id, COUNT(*) AS held FROM booking
                              WHERE status <> @cancelled OR cancelled_late = 1 GROUP BY round_date, pharmacy_id) b
                    ON b.round_date = q.round_date AND b.pharmacy_id = q.pharmacy_id
                 WHERE q.taken <> COALESCE(b.held, 0)) wrong
            """),
        ("bookings stand only where places were planned", """
            SELECT COUNT(*) FROM booking b
             WHERE NOT EXISTS (SELECT 1 FROM quota q WHERE q.round_date = b.round_date AND q.pharmacy_id = b.pharmacy_id
                                                       AND q.window_index = b.window_index)
            """),
        ("serials run 1, 2, 3 … without gap or double", """
            SELECT COUNT(*) FROM (
                SELECT t.round_date
                  FROM pharmacy_round t
                  LEFT JOIN (SELECT round_date, pharmacy_id, COUNT(*) AS bookings, COUNT(DISTINCT serial) AS serials,
                                    MIN(serial) AS first_serial, MAX(serial) AS last_serial
                               FROM (SELECT round_date, pharmacy_id, serial FROM booking
                                      UNION ALL
                                     SELECT round_date, from_pharmacy_id, from_serial FROM booking_move WHERE moved_at IS NOT NULL) given
                              GROUP BY round_date, pharmacy_id) b
                    ON b.round_date = t.round_date AND b.pharmacy_id = t.pharmacy_id
                 WHERE t.last_serial <> COALESCE(b.bookings, 0)
                    OR COALESCE(b.serials, 0) <> COALESCE(b.bookings, 0)
                    OR COALESCE(b.first_serial, 1) <> 1
                    OR COALESCE(b.last_serial, 0) <> t.last_serial) wrong
            """),
        ("no request made two bookings", """
            SELECT COUNT(*) FROM (SELECT account_id FROM booking GROUP BY account_id, request_id HAVING COUNT(*) > 1) wrong
            """),
        ("no booking number is given twice", """
            SELECT COUNT(*) FROM (SELECT number FROM booking GROUP BY number HAVING COUNT(*) > 1) wrong
            """),
        ("nobody holds two bookings of one round", """
            SELECT COUNT(*) FROM (
                SELECT person_hash FROM booking WHERE status <> @cancelled AND person_hash IS NOT NULL
                 GROUP BY person_hash, round_date HAVING COUNT(*) > 1) wrong
            """),
        ("every live booking counts for its person's cooldown", """
            SELECT COUNT(*) FROM booking b
             WHERE b.status IN (@booked, @redeemed) AND b.person_hash IS NOT NULL
               AND b.round_date >= (SELECT COALESCE(MIN(booked_on), '9999-12-31') FROM person_hold)
               AND NOT EXISTS (SELECT 1 FROM person_hold h WHERE h.booking_id = b.id AND h.person_hash = b.person_hash
                                                             AND h.booked_on = b.round_date)
            """),
        ("counted redeemed, lapsed and late-cancelled equal the bookings", """
            SELECT COUNT(*) FROM (
                SELECT t.round_date
                  FROM pharmacy_round t
                  LEFT JOIN (SELECT round_date, pharmacy_id,
                                    SUM(CASE WHEN status = @redeemed THEN 1 ELSE 0 END) AS redeemed,
                                    SUM(CASE WHEN status = @lapsed THEN 1 ELSE 0 END) AS lapsed,
                                    SUM(CASE WHEN status = @cancelled AND cancelled_late = 1 THEN 1 ELSE 0 END) AS cancelled
                               FROM booking GROUP BY round_date, pharmacy_id) b
                    ON b.round_date = t.round_date AND b.pharmacy_id = t.pharmacy_id
                 WHERE t.redeemed <> COALESCE(b.redeemed, 0) OR t.lapsed <> COALESCE(b.lapsed, 0)
                    OR t.cancelled_late <> COALESCE(b.cancelled, 0)) wrong
            """),
        ("every redeemed booking has one hand-over that stands", """
            SELECT COUNT(*) FROM (
                SELECT b.id FROM booking b
                  LEFT JOIN redemption r ON r.booking_id = b.id AND r.voided_at IS NULL
                 GROUP BY b.id, b.status
                HAVING COUNT(r.id) <> CASE WHEN b.status = @redeemed THEN 1 ELSE 0 END) wrong
            """),
        ("what an ended round carried over is what it had left, lapsed and cancelled", """
            SELECT COUNT(*) FROM (
                SELECT t.round_date
                  FROM pharmacy_round t
                  JOIN round r ON r.date = t.round_date AND r.ended_at IS NOT NULL
                  JOIN (SELECT round_date, pharmacy_id, SUM(planned + carried_in + rolled_in - rolled_out + moved_in - moved_out - taken) AS left_over
                          FROM quota GROUP BY round_date, pharmacy_id) q
                    ON q.round_date = t.round_date AND q.pharmacy_id = t.pharmacy_id
                  LEFT JOIN (SELECT from_round, pharmacy_id, SUM(left_over + lapsed + cancelled) AS carried
                               FROM carry_over GROUP BY from_round, pharmacy_id) c
                    ON c.from_round = t.round_date AND c.pharmacy_id = t.pharmacy_id
                 WHERE COALESCE(c.carried, 0) <> q.left_over + t.lapsed + t.cancelled_late) wrong
            """),
        ("what a round was given equals what was carried over to it", """
            SELECT COUNT(*) FROM (
                SELECT q.round_date
                  FROM (SELECT round_date, pharmacy_id, SUM(carried_in) AS carried_in FROM quota GROUP BY round_date, pharmacy_id) q
                  LEFT JOIN (SELECT to_round, pharmacy_id, SUM(left_over + lapsed + cancelled + difference + converted) AS carried
                               FROM carry_over WHERE to_round IS NOT NULL GROUP BY to_round, pharmacy_id) c
                    ON c.to_round = q.round_date AND c.pharmacy_id = q.pharmacy_id
                 WHERE q.carried_in <> COALESCE(c.carried, 0)) wrong
            """),
        ("what rolled out of a window rolled into the next", """
            SELECT COUNT(*) FROM quota a
              LEFT JOIN quota b ON b.round_date = a.round_date AND b.pharmacy_id = a.pharmacy_id AND b.window_index = a.window_index + 1
             WHERE a.rolled_out <> COALESCE(b.rolled_in, 0)
            """),
        ("a published list has every serial once", """
            SELECT COUNT(*) FROM pharmacy_round t
              JOIN round r ON r.date = t.round_date AND r.published_at IS NOT NULL
              LEFT JOIN (SELECT round_date, pharmacy_id, COUNT(*) AS entries FROM published_entry GROUP BY round_date, pharmacy_id) e
                ON e.round_date = t.round_date AND e.pharmacy_id = t.pharmacy_id
             WHERE COALESCE(e.entries, 0) <> t.last_serial AND COALESCE(e.entries, 0) <> 0
            """),
        ("every booking of a published round has its one notice", """
            SELECT COUNT(*) FROM booking b
              JOIN round r ON r.date = b.round_date AND r.published_at IS NOT NULL
              LEFT JOIN (SELECT booking_id, COUNT(*) AS notices FROM outbox WHERE booking_id IS NOT NULL AND channel = @sms AND kind IN (@made, @slot) GROUP BY booking_id) o
                ON o.booking_id = b.id
             WHERE b.status <> @cancelled AND COALESCE(o.notices, 0) <> 1 AND NOT (b.status = @redeemed AND b.settled_at <= r.published_at)
            """),
        ("a pickup moves only to a later day or back to its own, and its booker is told once each time", """
            SELECT COUNT(*) FROM moved_pickup m
              JOIN booking b ON b.id = m.booking_id
              JOIN round r   ON r.date = m.round_date
             WHERE m.pickup_date < r.pickup_date OR m.moves < 1 OR (m.pickup_date = r.pickup_date AND m.moves < 2)
                OR (SELECT COUNT(*) FROM outbox o WHERE o.booking_id = m.booking_id AND o.kind = @moved) <> m.moves
            """),
        ("nobody whose pickup has moved lapses before it is over", """
            SELECT COUNT(*) FROM moved_pickup m
              JOIN booking b ON b.id = m.booking_id
             WHERE b.status = @lapsed AND b.settled_at < m.closes_at
            """),
        ("an annulled round has nobody left to collect once its lever is carried out, and each is told once", """
            SELECT COUNT(*) FROM booking b
              JOIN round r ON r.date = b.round_date AND r.annulled_at IS NOT NULL
             WHERE (b.status = @booked AND NOT EXISTS (SELECT 1 FROM lever l WHERE l.round_date = r.date AND l.done_at IS NULL))
                OR (SELECT COUNT(*) FROM outbox o WHERE o.booking_id = b.id AND o.kind = @annulled AND o.channel = @sms) > 1
                OR (b.status = @cancelled AND b.cancelled_late = 0 AND b.settled_at > r.annulled_at)
            """),
        ("places go to another pharmacy with the bookings that went, and come with those that came", """
            SELECT COUNT(*) FROM (
                SELECT q.round_date
                  FROM (SELECT round_date, pharmacy_id, SUM(moved_in) AS moved_in, SUM(moved_out) AS moved_out FROM quota GROUP BY round_date, pharmacy_id) q
                  LEFT JOIN (SELECT round_date, to_pharmacy_id, COUNT(*) AS came FROM booking_move WHERE moved_at IS NOT NULL GROUP BY round_date, to_pharmacy_id) i
                    ON i.round_date = q.round_date AND i.to_pharmacy_id = q.pharmacy_id
                  LEFT JOIN (SELECT round_date, from_pharmacy_id, COUNT(*) AS went FROM booking_move WHERE moved_at IS NOT NULL GROUP BY round_date, from_pharmacy_id) o
                    ON o.round_date = q.round_date AND o.from_pharmacy_id = q.pharmacy_id
                 WHERE q.moved_in <> COALESCE(i.came, 0) OR q.moved_out <> COALESCE(o.went, 0)) wrong
            """),
        ("each booking that was to go to another pharmacy went or stayed once its lever is carried out, and is told once of each going", """
            SELECT COUNT(*) FROM booking_move v
              JOIN booking b ON b.id = v.booking_id
              JOIN lever l   ON l.id = v.lever_id
             WHERE (l.done_at IS NOT NULL AND v.moved_at IS NULL AND v.dropped_at IS NULL)
                OR (v.moved_at IS NOT NULL AND b.pharmacy_id = v.from_pharmacy_id)
                OR (SELECT COUNT(*) FROM outbox o WHERE o.booking_id = v.booking_id AND o.kind = @elsewhere AND o.channel = @sms)
                   <> (SELECT COUNT(*) FROM booking_move w WHERE w.booking_id = v.booking_id AND w.moved_at IS NOT NULL)
            """),
        ("a lever is carried out at the pharmacies of its round, and done when it has been at all", """
            SELECT COUNT(*) FROM lever l
             WHERE (l.done_at IS NULL AND l.undone_at IS NOT NULL)
                OR EXISTS (SELECT 1 FROM lever_step s WHERE s.lever_id = l.id
                              AND NOT EXISTS (SELECT 1 FROM pharmacy_round t WHERE t.round_date = l.round_date AND t.pharmacy_id = s.pharmacy_id))
            """),
        ("a shelf is counted at a pharmacy of its round, and a difference has its reason", """
            SELECT COUNT(*) FROM shelf_count c
             WHERE c.counted < 0
                OR (c.counted <> c.opening + c.delivered - c.handed_over - c.lost AND COALESCE(c.reason, '') = '')
                OR NOT EXISTS (SELECT 1 FROM pharmacy_round t WHERE t.round_date = c.round_date AND t.pharmacy_id = c.pharmacy_id)
            """),
        ("what a counter says is wrong lasts once for each pharmacy, kind and day", """
            SELECT COUNT(*) FROM (SELECT pharmacy_id FROM counter_trouble WHERE ended_at IS NULL GROUP BY pharmacy_id, kind, day HAVING COUNT(*) > 1) wrong
            """),
        ("a shelf never holds less than nothing: opening + delivered = handed over + closing + lost", """
            SELECT COUNT(*) FROM (
                SELECT SUM(d.delivered - d.handed_over - d.lost) OVER (PARTITION BY d.pharmacy_id ORDER BY d.day) AS shelf
                  FROM (SELECT t.pharmacy_id, r.pickup_date AS day, COALESCE(h.units, 0) AS handed_over, COALESCE(l.units, 0) AS lost,
                               CASE WHEN r.units_per_booking = 0 THEN COALESCE(h.units, 0)
                                    WHEN v.units IS NULL THEN q.planned * r.units_per_booking
                                    WHEN v.more_coming = 1 AND v.units < q.planned * r.units_per_booking THEN q.planned * r.units_per_booking
                                    ELSE v.units END AS delivered
                          FROM pharmacy_round t
                          JOIN round r ON r.date = t.round_date
                          JOIN (SELECT round_date, pharmacy_id, SUM(planned + moved_in - moved_out) AS planned FROM quota GROUP BY round_date, pharmacy_id) q
                            ON q.round_date = t.round_date AND q.pharmacy_id = t.pharmacy_id
                          LEFT JOIN (SELECT round_date, pharmacy_id, SUM(units) AS units, MAX(more_coming) AS more_coming
                                       FROM delivery GROUP BY round_date, pharmacy_id) v
                            ON v.round_date = t.round_date AND v.pharmacy_id = t.pharmacy_id
                          LEFT JOIN (SELECT round_date, pharmacy_id, SUM(units) AS units FROM stock_loss GROUP BY round_date, pharmacy_id) l
                            ON l.round_date = t.round_date AND l.pharmacy_id = t.pharmacy_id
                          LEFT JOIN (SELECT x.pharmacy_id, COALESCE(m.pickup_date, o.pickup_date) AS day, SUM(x.units) AS units
                                       FROM redemption x
                                       JOIN round o ON o.date = x.round_date
                                       LEFT JOIN moved_pickup m ON m.booking_id = x.booking_id
                                      WHERE x.voided_at IS NULL
                                      GROUP BY x.pharmacy_id, COALESCE(m.pickup_date, o.pickup_date)) h
                            ON h.pharmacy_id = t.pharmacy_id AND h.day = r.pickup_date) d) days
             WHERE shelf < 0
            """),
        ("a flag that is closed has an owner and a reason, and every flag its rows", """
            SELECT COUNT(*) FROM flag f
             WHERE (f.status >= @flagClosed AND (f.owner IS NULL OR f.note = ''
                    OR NOT EXISTS (SELECT 1 FROM flag_step s WHERE s.flag_id = f.id AND s.status = f.status AND s.staff IS NOT NULL)))
                OR f.hits < 1 OR NOT EXISTS (SELECT 1 FROM flag_row r WHERE r.flag_id = f.id)
            """),
    ];

    /// <summary>Runs every query; a result with broken rows names the promise.</summary>
    public async Task<IReadOnlyList<InvariantResult>> RunAsync(CancellationToken cancellationToken)
    {
        var results = new List<InvariantResult>(All.Length);
        foreach (var (name, sql) in All)
        {
            // Each reads whole tables, and whoever asks waits for it: the limit of a person's statement is not theirs.
            var broken = await database.ReadAsync(
                c => c.ExecuteScalarAsync<long>(new CommandDefinition(sql, Statuses, commandTimeout: 0, cancellationToken: cancellationToken)), cancellationToken);
            results.Add(new InvariantResult(name, broken));
        }

        return results;
    }
}
