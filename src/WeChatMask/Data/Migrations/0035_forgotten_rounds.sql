-- 1 where the names and hashes of a round's bookings and hand-overs are destroyed, and it need not be looked through again.
ALTER TABLE round ADD COLUMN forgotten {int} NOT NULL DEFAULT 0;
