-- When the board last changed; null until it changes for the first time.
ALTER TABLE board_version ADD COLUMN changed_at {long};
