-- Verify warehouse:consumers on pg
BEGIN;

SELECT consumer, queue, heard_at, unacknowledged, held_since
FROM etl.consumers
WHERE false;

ROLLBACK;
