-- Verify warehouse:splice_by_user on pg
BEGIN;

-- The change `internal` moves the staging tables, and checks the one that it renames.
SET LOCAL search_path = etl, internal;

SELECT first_from
FROM users_dim_stage
WHERE false;

SELECT user_id, first_from
FROM users_dim_changed
WHERE false;

ROLLBACK;
