-- Revert warehouse:changed_parameters from pg
BEGIN;

DROP FUNCTION IF EXISTS raw.ingest_user_events(bytea[], text[], text[], text);
DROP FUNCTION IF EXISTS raw.user_event_fault(jsonb, timestamptz, timestamptz, boolean);
DROP FUNCTION IF EXISTS raw.mentions_user(bytea, text, text[], text[]);

COMMIT;
