-- When the registry gave the stored answer; 0 when it never did (nobody asked it, or it did not answer).
ALTER TABLE resident ADD COLUMN registry_at {long} NOT NULL DEFAULT 0;

CREATE INDEX ix_resident_registry ON resident (registry_at);

-- Bookings made without a good answer of the registry. Outcome 0 waits for it; see ProvisionalOutcome.
CREATE TABLE provisional_booking (
    booking_id {long} NOT NULL PRIMARY KEY,
    round_date {date} NOT NULL,
    resident_id {long} NOT NULL,
    settle_until {long} NOT NULL,
    outcome {int} NOT NULL,
    settled_at {long}
);

CREATE INDEX ix_provisional_booking_outcome ON provisional_booking (outcome, round_date);

-- Visits of pages that anybody may see, by the city's day. Nothing of who came.
CREATE TABLE visit_day (
    day {date} NOT NULL PRIMARY KEY,
    visits {long} NOT NULL
);
