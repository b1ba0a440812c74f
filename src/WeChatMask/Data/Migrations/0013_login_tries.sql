-- Wrong proofs of who somebody is, counted by keyed hashes of the typed name with a browser, an address, or all strangers.
-- staff_id is 0 for a name that nobody has: it is counted and locked like any other.
CREATE TABLE staff_try (
    try_key {key} NOT NULL PRIMARY KEY,
    staff_id {long} NOT NULL,
    counted_from {long} NOT NULL,
    counted {int} NOT NULL,
    locked_until {long} NOT NULL
);

CREATE INDEX ix_staff_try_staff ON staff_try (staff_id);

CREATE INDEX ix_staff_try_from ON staff_try (counted_from);

-- Browsers that have logged in as a member of staff: strangers cannot lock them out. Without its row a cookie is a stranger's.
CREATE TABLE staff_browser (
    staff_id {long} NOT NULL,
    browser_hash {key} NOT NULL,
    seen_at {long} NOT NULL,
    PRIMARY KEY (staff_id, browser_hash)
);

CREATE INDEX ix_staff_browser_seen ON staff_browser (seen_at);

-- What happens often and says little by itself is one line for an hour; only its count ever changes.
ALTER TABLE audit ADD COLUMN counted {int} NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN tally_key {key};

CREATE UNIQUE INDEX uq_audit_tally ON audit (tally_key);

CREATE INDEX ix_audit_actor ON audit (actor, at);

CREATE INDEX ix_audit_action ON audit (action, at);

CREATE INDEX ix_audit_subject ON audit (subject, at);
