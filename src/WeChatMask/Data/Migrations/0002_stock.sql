-- Stock that returns or fails to come: differences of deliveries and losses, pickups that move, and notices of changed rules.

-- What a delivery lacked takes places away, so what comes in from earlier rounds may be less than nothing; a window's places
-- may not. A constraint cannot be changed on every engine, so the table is made again, under its old names.
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
    taken {int} NOT NULL,
    PRIMARY KEY (round_date, pharmacy_id, window_index),
    CONSTRAINT ck_quota_signs CHECK (planned >= 0 AND planned + carried_in >= 0 AND rolled_in >= 0 AND rolled_out >= 0 AND taken >= 0),
    CONSTRAINT ck_quota_not_oversold CHECK (taken <= planned + carried_in + rolled_in - rolled_out)
);

INSERT INTO quota (round_date, pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, taken)
SELECT round_date, pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, taken FROM quota_before;

DROP TABLE quota_before;

-- Units of one place, so that the books can be kept in units too; 0 where a round was planned before this was written down.
ALTER TABLE round ADD COLUMN units_per_booking {int} DEFAULT 0 NOT NULL;

-- Places more (or fewer) because a delivery or a loss differs from the plan, in places of the round they come from.
ALTER TABLE carry_over ADD COLUMN difference {int} DEFAULT 0 NOT NULL;

-- What a posting gained or lost on its way: the next round's places hold other units, or it had not as many to take away.
ALTER TABLE carry_over ADD COLUMN converted {int} DEFAULT 0 NOT NULL;

-- 1 while the pharmacy expects more for the same day: the difference is settled with the last one.
ALTER TABLE delivery ADD COLUMN more_coming {int} DEFAULT 0 NOT NULL;

CREATE TABLE stock_loss (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    units {int} NOT NULL,
    reason {text} NOT NULL,
    staff_id {long} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_stock_loss_request UNIQUE (request_key),
    CONSTRAINT ck_stock_loss CHECK (units > 0)
);

CREATE INDEX ix_stock_loss_round ON stock_loss (round_date, pharmacy_id);

-- Bookings whose pickup moved to a later day because stock was short. One row a booking: the day that holds now.
CREATE TABLE moved_pickup (
    booking_id {long} NOT NULL PRIMARY KEY,
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    pickup_date {date} NOT NULL,
    opens_at {long} NOT NULL,
    closes_at {long} NOT NULL,
    moves {int} NOT NULL,
    moved_at {long} NOT NULL
);

CREATE INDEX ix_moved_pickup_day ON moved_pickup (pickup_date, pharmacy_id);
CREATE INDEX ix_moved_pickup_end ON moved_pickup (closes_at);

-- What the public is told of a change of the rules: which version replaces which, and why.
CREATE TABLE policy_notice (
    policy_id {long} NOT NULL PRIMARY KEY,
    before_id {long} NOT NULL,
    effective_from {date} NOT NULL,
    reason {text} NOT NULL,
    published_at {long} NOT NULL
);
