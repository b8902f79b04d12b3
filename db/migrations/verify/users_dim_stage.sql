-- Verify warehouse:users_dim_stage on pg
BEGIN;

SELECT is_last, is_late
FROM etl.users_dim_stage
WHERE false;

ROLLBACK;
