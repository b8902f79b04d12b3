-- Revert warehouse:quarantine_limit from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE etl.settings DROP COLUMN quarantine_limit CASCADE;
DROP FUNCTION IF EXISTS raw.drop_rejects_before(date);

COMMIT;
