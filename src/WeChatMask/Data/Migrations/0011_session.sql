-- Log-ins that stand: a cookie counts only while its row is here, so that deleting rows ends log-ins on every node at
-- once. The id is random and in the cookie alone; the key here is its hash. Times are the machine's, not the city's.
CREATE TABLE session (
    id_hash {key} NOT NULL PRIMARY KEY,
    kind {int} NOT NULL,
    subject_id {long} NOT NULL,
    created_at {long} NOT NULL,
    expires_at {long} NOT NULL,
    seen_at {long} NOT NULL,
    browser {text} NOT NULL
);

CREATE INDEX ix_session_subject ON session (kind, subject_id);

CREATE INDEX ix_session_expires ON session (expires_at);
