-- One text for every engine; the tokens in braces are the only thing an engine fills in:
-- {key} short exact text, {date} ISO day, {text} long text, {int} 32-bit, {long} 64-bit, {real} double.
-- Instants are UTC milliseconds ({long}), booleans 0 or 1 ({int}), amounts fen ({int}).

CREATE TABLE setting (
    name {key} NOT NULL PRIMARY KEY,
    value {text} NOT NULL
);

CREATE TABLE data_protection_key (
    name {key} NOT NULL PRIMARY KEY,
    xml {text} NOT NULL
);

-- One row. The board's version is counted here, so that it is the same on every node and never falls.
CREATE TABLE board_version (
    id {int} NOT NULL PRIMARY KEY,
    version {long} NOT NULL
);

INSERT INTO board_version (id, version) VALUES (1, 1);

CREATE TABLE policy (
    id {long} NOT NULL PRIMARY KEY,
    effective_from {date} NOT NULL,
    document {text} NOT NULL,
    created_at {long} NOT NULL,
    created_by {key} NOT NULL
);

CREATE TABLE pharmacy (
    id {long} NOT NULL PRIMARY KEY,
    code {key} NOT NULL,
    name {text} NOT NULL,
    address {text} NOT NULL,
    district {text} NOT NULL,
    latitude {real} NOT NULL,
    longitude {real} NOT NULL,
    phone {text} NOT NULL,
    contact_mobile {text},
    quota_group {key} NOT NULL,
    joins_on {date} NOT NULL,
    status {int} NOT NULL,
    CONSTRAINT uq_pharmacy_code UNIQUE (code)
);

CREATE TABLE staff (
    id {long} NOT NULL PRIMARY KEY,
    username {key} NOT NULL,
    password_hash {text} NOT NULL,
    role {int} NOT NULL,
    pharmacy_id {long},
    failures {int} NOT NULL,
    locked_until {long} NOT NULL,
    disabled {int} NOT NULL,
    CONSTRAINT uq_staff_username UNIQUE (username)
);

CREATE TABLE account (
    id {long} NOT NULL PRIMARY KEY,
    open_id {key} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_account_open_id UNIQUE (open_id)
);

-- A person under one account. Removing keeps the row until the personal data's time is over,
-- since published lists and the limit of persons per account still need it.
CREATE TABLE resident (
    id {long} NOT NULL PRIMARY KEY,
    account_id {long} NOT NULL,
    person_hash {key} NOT NULL,
    name {text} NOT NULL,
    id_number {text} NOT NULL,
    mobile {text} NOT NULL,
    eligible {int} NOT NULL,
    reason {text},
    checked_at {long} NOT NULL,
    consent_version {key} NOT NULL,
    consent_at {long} NOT NULL,
    created_at {long} NOT NULL,
    removed_at {long},
    CONSTRAINT uq_resident_account_person UNIQUE (account_id, person_hash)
);

CREATE TABLE round (
    date {date} NOT NULL PRIMARY KEY,
    pickup_date {date} NOT NULL,
    policy_id {long} NOT NULL,
    phase {int} NOT NULL,
    opens_at {long} NOT NULL,
    closes_at {long} NOT NULL,
    pickup_opens_at {long} NOT NULL,
    pickup_closes_at {long} NOT NULL,
    cancel_until {long} NOT NULL,
    closed_at {long},
    slots_at {long},
    published_at {long},
    ended_at {long},
    reported_at {long}
);

CREATE INDEX ix_round_pickup ON round (pickup_date);

CREATE TABLE round_window (
    round_date {date} NOT NULL,
    window_index {int} NOT NULL,
    opens_at {long} NOT NULL,
    closes_at {long} NOT NULL,
    PRIMARY KEY (round_date, window_index)
);

-- A pharmacy's part in a round: its serial counter and what became of its bookings. The desk locks this row.
CREATE TABLE pharmacy_round (
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    last_serial {int} NOT NULL,
    redeemed {int} NOT NULL,
    lapsed {int} NOT NULL,
    cancelled_late {int} NOT NULL,
    PRIMARY KEY (round_date, pharmacy_id),
    CONSTRAINT ck_pharmacy_round CHECK (last_serial >= 0 AND redeemed >= 0 AND lapsed >= 0 AND cancelled_late >= 0)
);

CREATE TABLE quota (
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    window_index {int} NOT NULL,
    planned {int} NOT NULL,
    carried_in {int} NOT NULL,
    rolled_in {int} NOT NULL,
    rolled_out {int} NOT NULL,
    taken {int} NOT NULL,
    PRIMARY KEY (round_date, pharmacy_id, window_index),
    CONSTRAINT ck_quota_signs CHECK (planned >= 0 AND carried_in >= 0 AND rolled_in >= 0 AND rolled_out >= 0 AND taken >= 0),
    CONSTRAINT ck_quota_not_oversold CHECK (taken <= planned + carried_in + rolled_in - rolled_out)
);

CREATE TABLE booking (
    id {long} NOT NULL PRIMARY KEY,
    number {key} NOT NULL,
    request_key {key} NOT NULL,
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    window_index {int} NOT NULL,
    serial {int} NOT NULL,
    account_id {long} NOT NULL,
    resident_id {long} NOT NULL,
    person_hash {key},
    policy_id {long} NOT NULL,
    units {int} NOT NULL,
    unit_price_fen {int} NOT NULL,
    status {int} NOT NULL,
    cancelled_late {int} NOT NULL,
    slot_starts_at {long},
    slot_ends_at {long},
    created_at {long} NOT NULL,
    settled_at {long},
    CONSTRAINT uq_booking_number UNIQUE (number),
    CONSTRAINT uq_booking_request UNIQUE (request_key),
    CONSTRAINT uq_booking_serial UNIQUE (round_date, pharmacy_id, serial),
    CONSTRAINT ck_booking_serial CHECK (serial > 0)
);

CREATE INDEX ix_booking_account ON booking (account_id, id);
CREATE INDEX ix_booking_resident ON booking (resident_id, status);

-- The repeat rule: the days on which a person's booking counts. A day, not a computed end,
-- so that a change of the cooldown touches earlier bookers too.
CREATE TABLE person_hold (
    person_hash {key} NOT NULL,
    booked_on {date} NOT NULL,
    booking_id {long} NOT NULL,
    PRIMARY KEY (person_hash, booked_on)
);

CREATE INDEX ix_person_hold_day ON person_hold (booked_on);

CREATE TABLE published_entry (
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    serial {int} NOT NULL,
    name {text} NOT NULL,
    id_number {text} NOT NULL,
    slot_starts_at {long},
    slot_ends_at {long},
    PRIMARY KEY (round_date, pharmacy_id, serial)
);

CREATE TABLE redemption (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    booking_id {long} NOT NULL,
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    staff_id {long} NOT NULL,
    units {int} NOT NULL,
    amount_fen {int} NOT NULL,
    outside_slot {int} NOT NULL,
    proxy_hash {key},
    proxy_counted {int} NOT NULL,
    proxy_name {text},
    proxy_id_number {text},
    redeemed_at {long} NOT NULL,
    voided_at {long},
    void_reason {text},
    voided_by {long},
    CONSTRAINT uq_redemption_request UNIQUE (request_key)
);

CREATE INDEX ix_redemption_booking ON redemption (booking_id);
CREATE INDEX ix_redemption_day ON redemption (round_date, pharmacy_id);

-- Hand-overs by one proxy on one pickup day, city-wide; the cap is guarded in the UPDATE's WHERE.
CREATE TABLE proxy_day (
    proxy_hash {key} NOT NULL,
    pickup_date {date} NOT NULL,
    used {int} NOT NULL,
    PRIMARY KEY (proxy_hash, pickup_date),
    CONSTRAINT ck_proxy_day CHECK (used >= 0)
);

-- Places that went from one round of a pharmacy to a later one, and why.
CREATE TABLE carry_over (
    id {long} NOT NULL PRIMARY KEY,
    from_round {date} NOT NULL,
    to_round {date},
    pharmacy_id {long} NOT NULL,
    left_over {int} NOT NULL,
    lapsed {int} NOT NULL,
    cancelled {int} NOT NULL,
    cause {key} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_carry_over UNIQUE (from_round, pharmacy_id, cause)
);

CREATE INDEX ix_carry_over_to ON carry_over (to_round, pharmacy_id);

CREATE TABLE delivery (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    round_date {date} NOT NULL,
    pharmacy_id {long} NOT NULL,
    units {int} NOT NULL,
    staff_id {long} NOT NULL,
    created_at {long} NOT NULL,
    CONSTRAINT uq_delivery_request UNIQUE (request_key)
);

CREATE INDEX ix_delivery_round ON delivery (round_date, pharmacy_id);

-- Messages to people, written in the transaction that caused them. A row names its booking or pharmacy;
-- the text is made when it is sent, so nothing personal lies here.
CREATE TABLE outbox (
    id {long} NOT NULL PRIMARY KEY,
    notice_key {key} NOT NULL,
    kind {int} NOT NULL,
    round_date {date} NOT NULL,
    booking_id {long},
    pharmacy_id {long} NOT NULL,
    status {int} NOT NULL,
    attempts {int} NOT NULL,
    due_at {long} NOT NULL,
    expires_at {long} NOT NULL,
    leased_until {long} NOT NULL,
    leased_by {key},
    maybe_repeated {int} NOT NULL,
    segments {int} NOT NULL,
    provider_id {text},
    problem {text},
    created_at {long} NOT NULL,
    settled_at {long},
    CONSTRAINT uq_outbox_notice UNIQUE (notice_key)
);

CREATE INDEX ix_outbox_due ON outbox (status, due_at);

CREATE TABLE job_run (
    id {long} NOT NULL PRIMARY KEY,
    job {key} NOT NULL,
    node {key} NOT NULL,
    started_at {long} NOT NULL,
    ended_at {long} NOT NULL,
    outcome {int} NOT NULL,
    done {int} NOT NULL,
    problem {text}
);

CREATE INDEX ix_job_run_job ON job_run (job, id);

CREATE TABLE day_report (
    round_date {date} NOT NULL PRIMARY KEY,
    document {text} NOT NULL,
    created_at {long} NOT NULL
);

-- Append-only: who read or changed personal data or stock.
CREATE TABLE audit (
    id {long} NOT NULL PRIMARY KEY,
    at {long} NOT NULL,
    actor {key} NOT NULL,
    action {key} NOT NULL,
    subject {key} NOT NULL,
    detail {text}
);

CREATE INDEX ix_audit_at ON audit (at);
