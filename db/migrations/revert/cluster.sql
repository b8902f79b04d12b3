-- Revert warehouse:cluster from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.cluster CASCADE;

COMMIT;
