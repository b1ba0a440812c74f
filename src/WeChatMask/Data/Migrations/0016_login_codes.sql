-- A log-in code belongs to the browser that asked for it: the key is a keyed hash of number and browser. What went before lived
-- for five minutes and is not taken over.
CREATE TABLE login_browser_code (
    code_key {key} NOT NULL PRIMARY KEY,
    code_hash {key} NOT NULL,
    sent_at {long} NOT NULL,
    expires_at {long} NOT NULL,
    tries {int} NOT NULL
);

CREATE INDEX ix_login_browser_code_end ON login_browser_code (expires_at);

-- Codes counted within a span that begins with the first: by number, browser, address, and for the whole city.
CREATE TABLE login_count (
    count_key {key} NOT NULL PRIMARY KEY,
    counted_from {long} NOT NULL,
    counted {int} NOT NULL
);

CREATE INDEX ix_login_count_from ON login_count (counted_from);

-- Proofs of work that were taken, until they are refused for their age.
CREATE TABLE login_proof (
    proof_hash {key} NOT NULL PRIMARY KEY,
    expires_at {long} NOT NULL
);

DROP TABLE login_code;
DROP TABLE login_address;
