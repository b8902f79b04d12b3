-- Revert warehouse:expectations from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.expectations CASCADE;

COMMIT;
