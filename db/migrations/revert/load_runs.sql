-- Revert warehouse:load_runs from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.load_runs CASCADE;

COMMIT;
