-- Revert warehouse:changed_parameters from pg
BEGIN;

DROP FUNCTION IF EXISTS raw.ingest_user_events(bytea[], text[], text[], text);

COMMIT;
