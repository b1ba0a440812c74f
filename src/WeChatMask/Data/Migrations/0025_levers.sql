-- What a supervisor pressed on a bad day: one row a lever, written in the transaction that makes it hold. The kinds are numbered in
-- LeverKind. Detail is JSON. Done when all that follows has been written too; undone when it was taken back.
CREATE TABLE lever (
    id {long} NOT NULL PRIMARY KEY,
    request_key {key} NOT NULL,
    kind {int} NOT NULL,
    round_date {date} NOT NULL,
    pharmacy_id {long},
    reason {text} NOT NULL,
    detail {text} NOT NULL,
    staff {key} NOT NULL,
    created_at {long} NOT NULL,
    done_at {long},
    undone_at {long},
    CONSTRAINT uq_lever_request UNIQUE (request_key)
);

CREATE INDEX ix_lever_round ON lever (round_date, kind);
CREATE INDEX ix_lever_done ON lever (done_at, id);

-- Pharmacies that a lever has been carried out at, each in the transaction that did it: one row is one time.
CREATE TABLE lever_step (
    lever_id {long} NOT NULL,
    pharmacy_id {long} NOT NULL,
    done_at {long} NOT NULL,
    PRIMARY KEY (lever_id, pharmacy_id)
);

-- How a round stands by its levers, read with the row that everybody reads anyway: since when booking rests, since when the round is
-- void, each with the reason the public is told, and the opening that had been announced before it was postponed.
ALTER TABLE round ADD COLUMN paused_at {long};
ALTER TABLE round ADD COLUMN pause_reason {text};
ALTER TABLE round ADD COLUMN annulled_at {long};
ALTER TABLE round ADD COLUMN annul_reason {text};
ALTER TABLE round ADD COLUMN announced_opens_at {long};

-- The close of hand-over where one pharmacy's is later than the round's.
ALTER TABLE pharmacy_round ADD COLUMN pickup_closes_at {long};

-- What is booked (0) in an annulled round counts as cancelled (3) from the annulment on, before each row has been written.
DROP VIEW booking_pickup;

CREATE VIEW booking_pickup AS
SELECT b.id, b.number, b.request_key, b.round_date, b.pharmacy_id, b.window_index, b.serial, b.account_id, b.resident_id, b.person_hash,
       b.policy_id, b.units, b.unit_price_fen, CASE WHEN b.status = 0 AND r.annulled_at IS NOT NULL THEN 3 ELSE b.status END AS status,
       b.cancelled_late, b.slot_starts_at, b.slot_ends_at, b.created_at, b.settled_at,
       COALESCE(m.pickup_date, r.pickup_date) AS pickup_date, COALESCE(m.opens_at, r.pickup_opens_at) AS pickup_opens_at,
       COALESCE(m.closes_at, t.pickup_closes_at, r.pickup_closes_at) AS pickup_closes_at,
       CASE WHEN m.booking_id IS NULL THEN 0 ELSE 1 END AS is_moved, r.ended_at AS round_ended_at, r.annulled_at AS round_annulled_at
  FROM booking b
  JOIN round r               ON r.date = b.round_date
  LEFT JOIN pharmacy_round t ON t.round_date = b.round_date AND t.pharmacy_id = b.pharmacy_id
  LEFT JOIN moved_pickup m   ON m.booking_id = b.id;
