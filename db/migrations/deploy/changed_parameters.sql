-- Deploy warehouse:changed_parameters to pg
-- requires: user_events
BEGIN;

-- db/migrate makes it anew with one more parameter; both forms together would be ambiguous.
DROP FUNCTION IF EXISTS raw.ingest_user_events(bytea[], text[], text[]);

COMMIT;
