-- A rush fills this table, and every index whose keys lie in no order costs it a page a booking. So an account's bookings and its
-- requests are found by one index, a person's by their account, and a person's days lie with their key.
DROP VIEW booking_pickup;

CREATE TABLE booking_next (
    id {long} NOT NULL PRIMARY KEY,
    number {key} NOT NULL,
    request_id {key} NOT NULL,
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    window_index {int} NOT NULL,
    serial {int} NOT NULL,
    account_id {long} NOT NULL,
    resident_id {long} NOT NULL,
    person_hash {key},
    policy_id {long} NOT NULL,
    units {int} NOT NULL,
    unit_price_fen {int} NOT NULL,
    status {int} NOT NULL,
    cancelled_late {int} NOT NULL,
    slot_starts_at {long},
    slot_ends_at {long},
    created_at {long} NOT NULL,
    settled_at {long},
    CONSTRAINT ck_booking_positive CHECK (serial > 0)
);

-- A request's key was its account's id, a colon, and its own id.
INSERT INTO booking_next (id, number, request_id, round_date, pharmacy_id, window_index, serial, account_id, resident_id, person_hash, policy_id,
                          units, unit_price_fen, status, cancelled_late, slot_starts_at, slot_ends_at, created_at, settled_at)
SELECT id, number, SUBSTR(request_key, LENGTH(CONCAT(account_id, '')) + 2), round_date, pharmacy_id, window_index, serial, account_id, resident_id, person_hash, policy_id,
       units, unit_price_fen, status, cancelled_late, slot_starts_at, slot_ends_at, created_at, settled_at
  FROM booking
 ORDER BY id;

DROP TABLE booking;
ALTER TABLE booking_next RENAME TO booking;

CREATE UNIQUE INDEX uq_booking_number ON booking (number);
CREATE UNIQUE INDEX uq_booking_request ON booking (account_id, request_id);
CREATE UNIQUE INDEX uq_booking_serial ON booking (round_date, pharmacy_id, serial);

CREATE VIEW booking_pickup AS
SELECT b.id, b.number, b.request_id, b.round_date, b.pharmacy_id, b.window_index, b.serial, b.account_id, b.resident_id, b.person_hash,
       b.policy_id, b.units, b.unit_price_fen, CASE WHEN b.status = 0 AND r.annulled_at IS NOT NULL THEN 3 ELSE b.status END AS status,
       b.cancelled_late, b.slot_starts_at, b.slot_ends_at, b.created_at, b.settled_at,
       COALESCE(m.pickup_date, r.pickup_date) AS pickup_date, COALESCE(m.opens_at, r.pickup_opens_at) AS pickup_opens_at,
       COALESCE(m.closes_at, t.pickup_closes_at, r.pickup_closes_at) AS pickup_closes_at,
       CASE WHEN m.booking_id IS NULL THEN 0 ELSE 1 END AS is_moved, r.ended_at AS round_ended_at, r.annulled_at AS round_annulled_at
  FROM booking b
  JOIN round r               ON r.date = b.round_date
  LEFT JOIN pharmacy_round t ON t.round_date = b.round_date AND t.pharmacy_id = b.pharmacy_id
  LEFT JOIN moved_pickup m   ON m.booking_id = b.id;

CREATE TABLE person_hold_next (
    person_hash {key} NOT NULL,
    booked_on {date} NOT NULL,
    booking_id {long} NOT NULL,
    PRIMARY KEY (person_hash, booked_on)
) {clustered};

INSERT INTO person_hold_next (person_hash, booked_on, booking_id)
SELECT person_hash, booked_on, booking_id FROM person_hold ORDER BY person_hash, booked_on;

DROP TABLE person_hold;
ALTER TABLE person_hold_next RENAME TO person_hold;
