-- Deploy warehouse:changed_parameters to pg
-- requires: user_events
BEGIN;

-- db/migrate makes them anew with other parameters; both forms together would be ambiguous.
DROP FUNCTION IF EXISTS raw.ingest_user_events(bytea[], text[], text[]);
DROP FUNCTION IF EXISTS raw.user_event_fault(jsonb, timestamptz, timestamptz);
DROP FUNCTION IF EXISTS raw.mentions_user(bytea, jsonb, text, text[], text[]);

COMMIT;
