-- Verify warehouse:adapt_user_event on pg
BEGIN;

SELECT headers
FROM raw.rejected_user_events
WHERE false;

SELECT 'raw.adapt_user_event(jsonb, jsonb)'::regprocedure;

SELECT 1 / (to_regprocedure('raw.ingest_user_events(bytea[], text[], text[], text)') IS NULL)::integer;

ROLLBACK;
