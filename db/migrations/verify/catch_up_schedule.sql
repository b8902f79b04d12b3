-- Verify warehouse:catch_up_schedule on pg
BEGIN;

SELECT arrived_at
FROM etl.arrivals
WHERE false;

SELECT every, last_begun_at
FROM etl.catch_up_schedule
WHERE false;

ROLLBACK;
