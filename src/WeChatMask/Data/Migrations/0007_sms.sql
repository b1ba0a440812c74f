-- Short messages by several vendors. A doubtful message is one whose answer was lost; receipt_key is the vendor with its
-- id of the message, by which its receipt finds the row.
ALTER TABLE outbox ADD COLUMN provider {key};
ALTER TABLE outbox ADD COLUMN receipt_key {key};
ALTER TABLE outbox ADD COLUMN doubtful_since {long};
ALTER TABLE outbox ADD COLUMN doubtful_at {key};
ALTER TABLE outbox ADD COLUMN counted_on {date};
ALTER TABLE outbox ADD COLUMN receipt {int} NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN receipt_code {text};
ALTER TABLE outbox ADD COLUMN receipt_at {long};

CREATE INDEX ix_outbox_receipt ON outbox (receipt_key);

-- Receipts that came before the row knew its vendor's id, or whose message is no row of the outbox.
CREATE TABLE sms_receipt (
    receipt_key {key} NOT NULL PRIMARY KEY,
    outbox_id {long},
    receipt {int} NOT NULL,
    receipt_code {text} NOT NULL,
    receipt_at {long} NOT NULL
);

-- Messages of one number on one day, by keyed hash; the cap is guarded in the UPDATE's WHERE.
CREATE TABLE sms_number (
    number_hash {key} NOT NULL,
    day {date} NOT NULL,
    purpose {int} NOT NULL,
    used {int} NOT NULL,
    PRIMARY KEY (number_hash, day, purpose)
);

CREATE INDEX ix_sms_number_day ON sms_number (day);

-- What a person must mend before a vendor takes messages again.
CREATE TABLE sms_alarm (
    subject {key} NOT NULL PRIMARY KEY,
    problem {int} NOT NULL,
    code {text} NOT NULL,
    since {long} NOT NULL,
    last_at {long} NOT NULL
);
