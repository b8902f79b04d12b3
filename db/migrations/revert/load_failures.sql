-- Revert warehouse:load_failures from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.load_failures CASCADE;

COMMIT;
