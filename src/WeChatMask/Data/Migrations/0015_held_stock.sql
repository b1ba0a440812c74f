-- What a pharmacy reported of its stock and the plan makes doubtful: it waits for a supervisor, and nothing follows meanwhile.
-- Kind 0 is a delivery, 1 a loss. Outcome 0 waits, 1 is agreed and stands under its own id among deliveries or losses, 2 declined.
CREATE TABLE held_stock_report (
    id {long} NOT NULL PRIMARY KEY,
    kind {int} NOT NULL,
    request_key {key} NOT NULL,
    round_date {date} NOT NULL,
    pickup_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    units {int} NOT NULL,
    more_coming {int} NOT NULL,
    reason {text},
    planned {int} NOT NULL,
    day_total {int} NOT NULL,
    staff_id {long} NOT NULL,
    created_at {long} NOT NULL,
    outcome {int} NOT NULL,
    decided_at {long},
    decided_by {text},
    decision_note {text},
    CONSTRAINT uq_held_stock_request UNIQUE (kind, request_key)
);

CREATE INDEX ix_held_stock_outcome ON held_stock_report (outcome, id);
CREATE INDEX ix_held_stock_pharmacy ON held_stock_report (pharmacy_id, outcome, id);
