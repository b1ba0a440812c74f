-- A booking whose pickup has moved and that is given back counts as not collected, once its round is over: the public log can tell it no
-- other way, and the figures are to be those that follow from the log.
UPDATE pharmacy_round
   SET cancelled_late = cancelled_late - (
           SELECT COUNT(*) FROM moved_pickup m JOIN booking b ON b.id = m.booking_id
            WHERE m.round_date = pharmacy_round.round_date AND b.pharmacy_id = pharmacy_round.pharmacy_id AND b.status = 3 AND b.cancelled_late = 1),
       lapsed = lapsed + (
           SELECT COUNT(*) FROM moved_pickup m JOIN booking b ON b.id = m.booking_id JOIN round r ON r.date = m.round_date
            WHERE m.round_date = pharmacy_round.round_date AND b.pharmacy_id = pharmacy_round.pharmacy_id AND b.status = 3 AND b.cancelled_late = 1
              AND r.ended_at IS NOT NULL)
 WHERE EXISTS (SELECT 1 FROM moved_pickup m WHERE m.round_date = pharmacy_round.round_date);
