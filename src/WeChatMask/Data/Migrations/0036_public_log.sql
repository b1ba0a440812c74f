-- The public log's end. It shares the row of the board's version on purpose: every writer waits for that row already, last of all, and a
-- second row that all want would make a second line of them. The frontier is hashes by blanks; rounds before log_from are not in the log.
ALTER TABLE board_version ADD COLUMN log_size {long} DEFAULT 0 NOT NULL;
ALTER TABLE board_version ADD COLUMN log_frontier {text};
ALTER TABLE board_version ADD COLUMN log_origin {key};
ALTER TABLE board_version ADD COLUMN log_from {date};

-- What one transaction added, one entry a line; the text goes once it stands in tiles.
CREATE TABLE log_batch (
    id {long} NOT NULL PRIMARY KEY,
    first_index {long} NOT NULL,
    entries {int} NOT NULL,
    body {text},
    note {text} NOT NULL,
    CONSTRAINT uq_log_batch_first UNIQUE (first_index)
);

-- 256 entries and the root over them.
CREATE TABLE log_tile (
    number {long} NOT NULL PRIMARY KEY,
    body {text} NOT NULL,
    root {key} NOT NULL
);

-- The root over 256^level entries, from level 2 on.
CREATE TABLE log_span (
    level {int} NOT NULL,
    number {long} NOT NULL,
    root {key} NOT NULL,
    PRIMARY KEY (level, number)
);

CREATE TABLE log_pending (
    id {long} NOT NULL PRIMARY KEY,
    entry {text} NOT NULL
);

CREATE TABLE log_mark (
    round_date {date} NOT NULL,
    kind {int} NOT NULL,
    size {long} NOT NULL,
    note {text} NOT NULL,
    marked_at {long} NOT NULL,
    PRIMARY KEY (round_date, kind)
);

CREATE TABLE log_cosignature (
    size {long} NOT NULL,
    witness {key} NOT NULL,
    line {text} NOT NULL,
    heard_at {long} NOT NULL,
    PRIMARY KEY (size, witness)
);

CREATE TABLE log_document (
    hash {key} NOT NULL PRIMARY KEY,
    body {text} NOT NULL
);

-- The public half of each key that has signed the log, kept when the key is gone.
CREATE TABLE log_key (
    id {key} NOT NULL PRIMARY KEY,
    public_key {text} NOT NULL,
    added_at {long} NOT NULL,
    ended_at {long}
);

-- Logs that were given up, each by the name of the one that goes on in its place. Lost is what was shown of it and is in no database: lines.
CREATE TABLE log_fork (
    origin {key} NOT NULL PRIMARY KEY,
    given_up {key} NOT NULL,
    size {long} NOT NULL,
    root {key} NOT NULL,
    shown {long} NOT NULL,
    lost {text} NOT NULL,
    reason {text} NOT NULL,
    forked_at {long} NOT NULL
);

-- What the last look at the log and at the rows beside it found: at all of them, or at a round's, by its day.
CREATE TABLE log_check (
    subject {key} NOT NULL PRIMARY KEY,
    size {long} NOT NULL,
    findings {long} NOT NULL,
    wrong_rows {long} NOT NULL,
    sentences {text} NOT NULL,
    checked_at {long},
    busy_until {long} DEFAULT 0 NOT NULL
);

-- Of a round in dispute a supervisor may hold the key: it then stays when the lists come down.
CREATE TABLE round_key (
    round_date {date} NOT NULL PRIMARY KEY,
    key_hash {key} NOT NULL,
    sealed {text},
    destroyed_at {long},
    held_at {long},
    held_by {key},
    hold_reason {text}
);

DROP VIEW booking_pickup;

ALTER TABLE booking ADD COLUMN log_batch {long};

CREATE VIEW booking_pickup AS
SELECT b.id, b.number, b.request_id, b.round_date, b.pharmacy_id, b.window_index, b.serial, b.account_id, b.resident_id, b.person_hash,
       b.policy_id, b.units, b.unit_price_fen, CASE WHEN b.status = 0 AND r.annulled_at IS NOT NULL THEN 3 ELSE b.status END AS status,
       b.cancelled_late, b.slot_starts_at, b.slot_ends_at, b.created_at, b.settled_at, b.log_batch,
       COALESCE(m.pickup_date, r.pickup_date) AS pickup_date, COALESCE(m.opens_at, r.pickup_opens_at) AS pickup_opens_at,
       COALESCE(m.closes_at, t.pickup_closes_at, r.pickup_closes_at) AS pickup_closes_at,
       CASE WHEN m.booking_id IS NULL THEN 0 ELSE 1 END AS is_moved, r.ended_at AS round_ended_at, r.annulled_at AS round_annulled_at
  FROM booking b
  JOIN round r               ON r.date = b.round_date
  LEFT JOIN pharmacy_round t ON t.round_date = b.round_date AND t.pharmacy_id = b.pharmacy_id
  LEFT JOIN moved_pickup m   ON m.booking_id = b.id;

-- The salt is encrypted as the name is.
ALTER TABLE resident ADD COLUMN proof_salt {text};
ALTER TABLE resident ADD COLUMN proof {key};
