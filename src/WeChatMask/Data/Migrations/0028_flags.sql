-- Something odd that a person should look at: one row a kind, day and subject, however often it is looked for. Kinds and states are
-- numbered in Domain/FlagRules.cs. Hits are the rows that speak for it, measured is what the threshold limits. Note is the last reason
-- that a supervisor gave; version counts every change, so that whoever decides says what was seen.
CREATE TABLE flag (
    id {long} NOT NULL PRIMARY KEY,
    flag_key {key} NOT NULL,
    kind {int} NOT NULL,
    flag_day {date} NOT NULL,
    pharmacy_id {long},
    staff_id {long},
    booking_id {long},
    hits {int} NOT NULL,
    measured {int} NOT NULL,
    threshold {int} NOT NULL,
    first_at {long} NOT NULL,
    last_at {long} NOT NULL,
    status {int} NOT NULL,
    owner {key},
    note {text} NOT NULL,
    version {int} NOT NULL,
    found_at {long} NOT NULL,
    grown_at {long},
    changed_at {long} NOT NULL,
    CONSTRAINT uq_flag_key UNIQUE (flag_key)
);

CREATE INDEX ix_flag_status ON flag (status, id);
CREATE INDEX ix_flag_kind ON flag (kind, id);
CREATE INDEX ix_flag_pharmacy ON flag (pharmacy_id, id);

-- The rows that speak for a flag, by the table they lie in (FlagSource) and their id there.
CREATE TABLE flag_row (
    flag_id {long} NOT NULL,
    source {int} NOT NULL,
    row_id {long} NOT NULL,
    happened_at {long} NOT NULL,
    PRIMARY KEY (flag_id, source, row_id)
);

-- What became of a flag, each once. Without staff it has grown, and is open again if it was closed.
CREATE TABLE flag_step (
    id {long} NOT NULL PRIMARY KEY,
    flag_id {long} NOT NULL,
    request_key {key} NOT NULL,
    status {int} NOT NULL,
    staff {key},
    owner {key},
    words {text} NOT NULL,
    hits {int} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_flag_step_request UNIQUE (request_key)
);

CREATE INDEX ix_flag_step ON flag_step (flag_id, id);

-- Days that were looked through, and when last.
CREATE TABLE flag_look (
    flag_day {date} NOT NULL PRIMARY KEY,
    looked_at {long} NOT NULL
);

-- What was handed over in a span of time, whichever rounds it is of.
CREATE INDEX ix_redemption_at ON redemption (redeemed_at);
