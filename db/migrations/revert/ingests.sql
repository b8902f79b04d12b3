-- Revert warehouse:ingests from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.arrivals CASCADE;
DROP TABLE etl.ingests CASCADE;

COMMIT;
