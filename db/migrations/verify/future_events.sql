-- Verify warehouse:future_events on pg
BEGIN;

SELECT future_tolerance FROM etl.settings WHERE false;
SELECT remedy FROM etl.expectations WHERE false;

ROLLBACK;
