-- Who logged in by a state: an account, or a member of staff. Whoever comes back with it, by the back button or since WeChat has
-- asked twice, goes on as the same one or logs in anew. 0 is nobody.
ALTER TABLE login_state ADD COLUMN subject_id {long} NOT NULL DEFAULT 0;
