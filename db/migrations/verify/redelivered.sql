-- Verify warehouse:redelivered on pg
BEGIN;

SELECT redelivered
FROM etl.ingests
WHERE false;

ROLLBACK;
