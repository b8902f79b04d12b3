-- Verify warehouse:load_failures on pg
BEGIN;

SELECT load_failure_sk, load_name, import_date, started_at, failed_at, sqlstate, message
FROM etl.load_failures
WHERE false;

ROLLBACK;
