-- Verify warehouse:purges on pg
BEGIN;

SELECT purged_before, purged_at, events
FROM etl.purges
WHERE false;

ROLLBACK;
