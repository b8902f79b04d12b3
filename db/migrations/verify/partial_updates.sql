-- Verify warehouse:partial_updates on pg
BEGIN;

-- The owner may have deleted the expectation.
SELECT remedy FROM etl.expectations WHERE false;

ROLLBACK;
