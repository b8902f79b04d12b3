-- Verify warehouse:changed_parameters on pg
BEGIN;

SELECT 1 / (to_regprocedure('raw.ingest_user_events(bytea[], text[], text[])') IS NULL)::integer;

ROLLBACK;
