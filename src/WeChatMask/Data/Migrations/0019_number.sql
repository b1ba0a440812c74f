-- Somebody else used a person's number: who ended a booking that was not the booker's to end (kind 0 the card's holder at a
-- counter, 1 a supervisor), under the request that asked for it.
CREATE TABLE withdrawn_booking (
    request_key {key} NOT NULL PRIMARY KEY,
    booking_id {long} NOT NULL,
    kind {int} NOT NULL,
    staff_id {long} NOT NULL,
    reason {text},
    withdrawn_at {long} NOT NULL
);

CREATE INDEX ix_withdrawn_booking ON withdrawn_booking (booking_id);

-- A person is looked for by the keyed hash of a card's number, over all accounts.
CREATE INDEX ix_resident_person ON resident (person_hash);

-- 1 where the booking was found by the whole number of the card: neither its number nor its voucher was shown.
ALTER TABLE redemption ADD COLUMN by_card {int} NOT NULL DEFAULT 0;

-- Who else than the booker is told, and of which hand-over.
ALTER TABLE outbox ADD COLUMN account_id {long};
ALTER TABLE outbox ADD COLUMN redemption_id {long};
