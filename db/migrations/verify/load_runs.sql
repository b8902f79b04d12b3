-- Verify warehouse:load_runs on pg
BEGIN;

SELECT load_run_sk, load_name, import_date, started_at, duration, rows_read, rows_written, snapshot
FROM etl.load_runs
WHERE false;

ROLLBACK;
