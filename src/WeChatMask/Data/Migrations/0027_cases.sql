-- Complaints. What was written, the caller's telephone number and the outcome's sentence are encrypted, and empty once their keeping time
-- is over. Account: who wrote it; null where staff took it down from the hotline. Due: until when the present state is to be left, null when closed.
CREATE TABLE complaint (
    id {long} NOT NULL PRIMARY KEY,
    number {key} NOT NULL,
    request_key {key} NOT NULL,
    kind {int} NOT NULL,
    status {int} NOT NULL,
    outcome {int} NOT NULL,
    account_id {long},
    booking_id {long},
    pharmacy_id {long},
    body {text} NOT NULL,
    caller {text} NOT NULL,
    staff {key},
    created_at {long} NOT NULL,
    changed_at {long} NOT NULL,
    due_at {long},
    closed_at {long},
    destroyed_at {long},
    CONSTRAINT uq_complaint_number UNIQUE (number),
    CONSTRAINT uq_complaint_request UNIQUE (request_key)
);

CREATE INDEX ix_complaint_due ON complaint (status, due_at);
CREATE INDEX ix_complaint_account ON complaint (account_id, status);
CREATE INDEX ix_complaint_pharmacy ON complaint (pharmacy_id, status);

-- What was done to a complaint, each once: the acts are numbered in CaseAct. Words are encrypted.
CREATE TABLE complaint_step (
    id {long} NOT NULL PRIMARY KEY,
    complaint_id {long} NOT NULL,
    request_key {key} NOT NULL,
    act {int} NOT NULL,
    staff {key} NOT NULL,
    words {text} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_complaint_step_request UNIQUE (request_key)
);

CREATE INDEX ix_complaint_step ON complaint_step (complaint_id, id);

-- The one picture of a complaint, encrypted.
CREATE TABLE complaint_photo (
    complaint_id {long} NOT NULL PRIMARY KEY,
    content {text} NOT NULL
);

-- What a supervisor recorded against a pharmacy. A suspension pauses it from the first round on that had not opened: applied when it does.
CREATE TABLE violation (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    pharmacy_id {long} NOT NULL,
    complaint_id {long},
    kind {int} NOT NULL,
    reason {text} NOT NULL,
    staff {key} NOT NULL,
    created_at {long} NOT NULL,
    effect_on {date},
    applied_at {long},
    lifted_at {long},
    lifted_by {key},
    lift_reason {text},
    CONSTRAINT uq_violation_request UNIQUE (request_key)
);

CREATE INDEX ix_violation_pharmacy ON violation (pharmacy_id, id);
CREATE INDEX ix_violation_due ON violation (kind, applied_at);

-- The complaint whose outcome a notice tells; its round and pharmacy are only those of the day.
ALTER TABLE outbox ADD COLUMN complaint_id {long};
