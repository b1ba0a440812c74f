-- A second factor, its tries, and the account of WeChat that a clerk has bound. The secret is sealed, the rest are keyed
-- hashes. An empty password_hash is nobody's password: the holder has a link to set one.
ALTER TABLE staff ADD COLUMN totp_secret {text};
ALTER TABLE staff ADD COLUMN totp_step {long} NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN proof_failures {int} NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN proof_locked_until {long} NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN wechat_hash {key};

CREATE UNIQUE INDEX uq_staff_wechat ON staff (wechat_hash);

-- One-time links, one for a member of staff; number 0 is the first administrator's, who has no account yet.
CREATE TABLE staff_link (
    staff_id {long} NOT NULL PRIMARY KEY,
    token_hash {key} NOT NULL,
    expires_at {long} NOT NULL,
    CONSTRAINT uq_staff_link_token UNIQUE (token_hash)
);

CREATE TABLE staff_recovery_code (
    staff_id {long} NOT NULL,
    code_hash {key} NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
);
