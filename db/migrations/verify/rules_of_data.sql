-- Verify warehouse:rules_of_data on pg
BEGIN;

SELECT 1 / count(decided_by)
FROM etl.loads;

ROLLBACK;
