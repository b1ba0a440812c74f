-- What a clerk counted on the shelf at closing, beside what the books said in that instant, in units. A recount is a row of its own: the
-- newest of a day is the one that counts.
CREATE TABLE shelf_count (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    opening {int} NOT NULL,
    delivered {int} NOT NULL,
    handed_over {int} NOT NULL,
    lost {int} NOT NULL,
    counted {int} NOT NULL,
    reason {text},
    staff {key} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_shelf_count_request UNIQUE (request_key),
    CONSTRAINT ck_shelf_count CHECK (counted >= 0)
);

CREATE INDEX ix_shelf_count_day ON shelf_count (round_date, pharmacy_id, id);
CREATE INDEX ix_shelf_count_pharmacy ON shelf_count (pharmacy_id, id);

-- What a pharmacy says is wrong at its counter on a day: hand-over is paused, or the goods run short. The kinds are numbered in
-- CounterTroubleKind. Open key: pharmacy, kind and day while it lasts, so that there is one; null once it has ended.
CREATE TABLE counter_trouble (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    open_key {key},
    pharmacy_id {long} NOT NULL,
    kind {int} NOT NULL,
    day {date} NOT NULL,
    reason {text},
    expected_end {long},
    lacking {int} NOT NULL,
    staff {key} NOT NULL,
    created_at {long} NOT NULL,
    ended_at {long},
    ended_by {key},
    CONSTRAINT uq_counter_trouble_request UNIQUE (request_key),
    CONSTRAINT uq_counter_trouble_open UNIQUE (open_key)
);

CREATE INDEX ix_counter_trouble_day ON counter_trouble (day, pharmacy_id);
