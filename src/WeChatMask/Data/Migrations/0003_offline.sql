-- Hand-overs that a clerk's phone made without a network and told later. When they happened is the phone's claim;
-- when they were heard is ours. A conflict other than 0 says why one did not count; short_round names the later round
-- in which a place is missing because it had been given away again before this was heard.
CREATE TABLE offline_hand_over (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    pharmacy_id {long} NOT NULL,
    staff_id {long} NOT NULL,
    number {key} NOT NULL,
    round_date {date},
    units {int} NOT NULL,
    claimed_at {long} NOT NULL,
    heard_at {long} NOT NULL,
    conflict {int} NOT NULL,
    after_lapse {int} NOT NULL,
    short_round {date},
    reviewed_at {long},
    reviewed_by {key},
    review_note {text},
    CONSTRAINT uq_offline_request UNIQUE (request_key)
);

CREATE INDEX ix_offline_heard ON offline_hand_over (heard_at);
