-- A day's plan where it differs from what the rules give. The row of a day is held first by whoever changes its plan or makes its
-- round, so that neither misses the other; with a text in no_round there is no round on that day, for that reason.
CREATE TABLE plan_day (
    round_date {date} NOT NULL PRIMARY KEY,
    changes {long} NOT NULL,
    no_round {text}
);

-- A pharmacy's own places on a day, one row for each window. They count only while they are as many as the rules have windows.
CREATE TABLE plan_place (
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    window_index {int} NOT NULL,
    places {int} NOT NULL,
    PRIMARY KEY (round_date, pharmacy_id, window_index),
    CONSTRAINT ck_plan_place CHECK (places >= 0)
);

-- What the public was told of changed plans. Detail is JSON: what each pharmacy had before and has after, and the totals.
CREATE TABLE plan_change (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    fingerprint {key} NOT NULL,
    round_date {date} NOT NULL,
    reason {text} NOT NULL,
    detail {text} NOT NULL,
    staff {key} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_plan_change_request UNIQUE (request_key)
);

CREATE INDEX ix_plan_change_created ON plan_change (created_at);

-- Pharmacies that are named together, to be found and given places together.
CREATE TABLE pharmacy_list (
    id {long} NOT NULL PRIMARY KEY,
    name {key} NOT NULL,
    CONSTRAINT uq_pharmacy_list_name UNIQUE (name)
);

CREATE TABLE pharmacy_list_member (
    list_id {long} NOT NULL,
    pharmacy_id {long} NOT NULL,
    PRIMARY KEY (list_id, pharmacy_id)
);
