-- Verify warehouse:events_of_imports on pg
BEGIN;

SELECT event_sks
FROM etl.ingests
WHERE false;

ROLLBACK;
