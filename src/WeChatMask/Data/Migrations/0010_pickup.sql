-- Bookings, each with its own pickup: the day and hours it has moved to, else its round's. Columns of booking that come
-- later are not in it until it is made again; a migration that changes a column it names drops it first.
CREATE VIEW booking_pickup AS
SELECT b.id, b.number, b.request_key, b.round_date, b.pharmacy_id, b.window_index, b.serial, b.account_id, b.resident_id, b.person_hash,
       b.policy_id, b.units, b.unit_price_fen, b.status, b.cancelled_late, b.slot_starts_at, b.slot_ends_at, b.created_at, b.settled_at,
       COALESCE(m.pickup_date, r.pickup_date) AS pickup_date, COALESCE(m.opens_at, r.pickup_opens_at) AS pickup_opens_at,
       COALESCE(m.closes_at, r.pickup_closes_at) AS pickup_closes_at, CASE WHEN m.booking_id IS NULL THEN 0 ELSE 1 END AS is_moved,
       r.ended_at AS round_ended_at
  FROM booking b
  JOIN round r             ON r.date = b.round_date
  LEFT JOIN moved_pickup m ON m.booking_id = b.id;
