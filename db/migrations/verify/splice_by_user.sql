-- Verify warehouse:splice_by_user on pg
BEGIN;

-- The change `internal` moves the staging tables.
SET LOCAL search_path = etl, internal;

SELECT first_from
FROM users_dim_stage
WHERE false;

SELECT user_id, first_from
FROM users_dim_changed
WHERE false;

SELECT user_id, first_from, before_from, before_to, next_from, n_begun
FROM users_dim_splice
WHERE false;

ROLLBACK;
