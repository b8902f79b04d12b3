-- Revert warehouse:events_of_imports from pg
BEGIN;

ALTER TABLE etl.ingests DROP COLUMN event_sks;

COMMIT;
