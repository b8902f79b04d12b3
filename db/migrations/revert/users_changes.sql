-- Revert warehouse:users_changes from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE internal.users_dim_changes CASCADE;
ALTER TABLE etl.settings
    DROP COLUMN changes_since CASCADE,
    DROP COLUMN changes_kept CASCADE;

COMMIT;
