-- What one node fetches from WeChat for all of them: the access token, the ticket of the pages, the menu that was set.
-- The lease makes one node the fetcher; the value is encrypted. An empty value has not been fetched yet.
CREATE TABLE wechat_kept (
    name {key} NOT NULL PRIMARY KEY,
    value {text} NOT NULL,
    obtained_at {long} NOT NULL,
    expires_at {long} NOT NULL,
    forced_at {long} NOT NULL,
    leased_by {key},
    leased_until {long} NOT NULL,
    next_try_at {long} NOT NULL,
    failures {int} NOT NULL,
    error_code {int} NOT NULL
);

INSERT INTO wechat_kept (name, value, obtained_at, expires_at, forced_at, leased_until, next_try_at, failures, error_code)
VALUES ('access_token', '', 0, 0, 0, 0, 0, 0, 0);

INSERT INTO wechat_kept (name, value, obtained_at, expires_at, forced_at, leased_until, next_try_at, failures, error_code)
VALUES ('jsapi_ticket', '', 0, 0, 0, 0, 0, 0, 0);

INSERT INTO wechat_kept (name, value, obtained_at, expires_at, forced_at, leased_until, next_try_at, failures, error_code)
VALUES ('menu', '', 0, 0, 0, 0, 0, 0, 0);

-- Calls of WeChat's API that are at rest, and until when: a quota is used up, or the account may not make them.
CREATE TABLE wechat_limit (
    api_call {key} NOT NULL PRIMARY KEY,
    error_code {int} NOT NULL,
    since {long} NOT NULL,
    rests_until {long} NOT NULL
);

-- Codes that open the chat at a place of ours: one for each pharmacy's door, one for the account as a whole.
CREATE TABLE wechat_scene (
    scene {key} NOT NULL PRIMARY KEY,
    ticket {text} NOT NULL,
    url {text} NOT NULL,
    created_at {long} NOT NULL
);

-- How an account logs in: 0 by WeChat, 1 by a mobile number. Whom WeChat cannot reach: unfollowed, or refused.
ALTER TABLE account ADD COLUMN kind {int} NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN unreachable_since {long};

-- By which way a notice leaves: 0 by SMS, 1 by WeChat.
ALTER TABLE outbox ADD COLUMN channel {int} NOT NULL DEFAULT 0;
-- WeChat's id of a message it took, by which it later tells what became of it.
ALTER TABLE outbox ADD COLUMN message_id {key};
ALTER TABLE outbox ADD COLUMN wechat_result {key};
CREATE INDEX ix_outbox_message ON outbox (message_id);
CREATE INDEX ix_outbox_channel ON outbox (channel, status, due_at);

-- Log-ins that are spent: a state is good once, on every node.
CREATE TABLE login_state (
    state_hash {key} NOT NULL PRIMARY KEY,
    expires_at {long} NOT NULL
);

-- The newest log-in code of a mobile number, and how many were asked for. Number and code lie here as keyed hashes only.
CREATE TABLE login_code (
    mobile_hash {key} NOT NULL PRIMARY KEY,
    code_hash {key} NOT NULL,
    sent_at {long} NOT NULL,
    expires_at {long} NOT NULL,
    tries {int} NOT NULL,
    day_from {long} NOT NULL,
    day_count {int} NOT NULL
);

-- Codes that one address asked for within its present hour.
CREATE TABLE login_address (
    address_hash {key} NOT NULL PRIMARY KEY,
    hour_from {long} NOT NULL,
    hour_count {int} NOT NULL
);
