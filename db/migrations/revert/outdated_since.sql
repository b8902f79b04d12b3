-- Revert warehouse:outdated_since from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE internal.outdated_days DROP COLUMN since CASCADE;

COMMIT;
