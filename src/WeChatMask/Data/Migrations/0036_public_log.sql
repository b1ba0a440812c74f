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

ALTER TABLE booking ADD COLUMN log_batch {long};

-- The salt is encrypted as the name is.
ALTER TABLE resident ADD COLUMN proof_salt {text};
ALTER TABLE resident ADD COLUMN proof {key};
