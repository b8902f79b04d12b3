-- Revert warehouse:consumer_notes from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.consumer_notes CASCADE;

COMMIT;
