-- Verify warehouse:splice_by_user on pg
BEGIN;

SELECT first_from
FROM etl.users_dim_stage
WHERE false;

SELECT user_id, first_from
FROM etl.users_dim_changed
WHERE false;

SELECT user_id, first_from, before_from, before_to, next_from, n_begun
FROM etl.users_dim_splice
WHERE false;

ROLLBACK;
