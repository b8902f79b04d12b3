-- Revert warehouse:catch_up_schedule from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.catch_up_schedule CASCADE;
ALTER TABLE etl.arrivals DROP COLUMN arrived_at CASCADE;

COMMIT;
