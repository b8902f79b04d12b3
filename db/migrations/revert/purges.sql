-- Revert warehouse:purges from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.purges CASCADE;

COMMIT;
