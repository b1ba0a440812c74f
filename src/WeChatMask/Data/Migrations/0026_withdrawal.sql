-- Bookings that go to another pharmacy because theirs is withdrawn: their places and units go with them.

-- A window's places also hold what came with such bookings, without what went. A constraint cannot be changed on every
-- engine, so the table is made again, under its old names.
CREATE TABLE quota_before (
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    window_index {int} NOT NULL,
    planned {int} NOT NULL,
    carried_in {int} NOT NULL,
    rolled_in {int} NOT NULL,
    rolled_out {int} NOT NULL,
    taken {int} NOT NULL,
    PRIMARY KEY (round_date, pharmacy_id, window_index)
);

INSERT INTO quota_before (round_date, pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, taken)
SELECT round_date, pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, taken FROM quota;

DROP TABLE quota;

CREATE TABLE quota (
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    window_index {int} NOT NULL,
    planned {int} NOT NULL,
    carried_in {int} NOT NULL,
    rolled_in {int} NOT NULL,
    rolled_out {int} NOT NULL,
    moved_in {int} DEFAULT 0 NOT NULL,
    moved_out {int} DEFAULT 0 NOT NULL,
    taken {int} NOT NULL,
    PRIMARY KEY (round_date, pharmacy_id, window_index),
    CONSTRAINT ck_quota_signs CHECK (planned >= 0 AND planned + carried_in >= 0 AND rolled_in >= 0 AND rolled_out >= 0
                                     AND moved_in >= 0 AND moved_out >= 0 AND taken >= 0),
    CONSTRAINT ck_quota_not_oversold CHECK (taken <= planned + carried_in + rolled_in - rolled_out + moved_in - moved_out)
);

INSERT INTO quota (round_date, pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, taken)
SELECT round_date, pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, taken FROM quota_before;

DROP TABLE quota_before;

-- One row a booking and move. It is planned when the pharmacy is withdrawn and done when to_serial and moved_at are set;
-- the serial that it had stays nobody else's. Dropped when the booking was no longer to be collected there.
CREATE TABLE booking_move (
    lever_id {long} NOT NULL,
    booking_id {long} NOT NULL,
    round_date {date} NOT NULL,
    from_pharmacy_id {long} NOT NULL,
    from_serial {int} NOT NULL,
    to_pharmacy_id {long} NOT NULL,
    to_serial {int},
    moved_at {long},
    dropped_at {long},
    PRIMARY KEY (lever_id, booking_id)
);

CREATE INDEX ix_booking_move_from ON booking_move (round_date, from_pharmacy_id, from_serial);
CREATE INDEX ix_booking_move_to ON booking_move (round_date, to_pharmacy_id, to_serial);
CREATE INDEX ix_booking_move_booking ON booking_move (booking_id);
