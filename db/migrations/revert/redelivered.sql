-- Revert warehouse:redelivered from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE etl.ingests DROP COLUMN redelivered CASCADE;

COMMIT;
