-- Verify warehouse:expectations on pg
BEGIN;

SELECT expectation_name, query, every, checked_at, duration, finding
FROM etl.expectations
WHERE false;

ROLLBACK;
