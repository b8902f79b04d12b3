-- Revert warehouse:users_dim_stage from pg
BEGIN;

ALTER TABLE etl.users_dim_stage
    DROP COLUMN is_last,
    DROP COLUMN is_late;

COMMIT;
