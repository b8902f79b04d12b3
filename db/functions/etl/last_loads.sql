CREATE OR REPLACE VIEW etl.last_loads AS
SELECT DISTINCT ON (load_name, import_date)
    load_name, import_date, started_at, duration, rows_read, rows_written, snapshot, rules
FROM etl.load_runs
ORDER BY load_name, import_date, load_run_sk DESC; -- equivalent: loads and days may come in any order

COMMENT ON VIEW etl.last_loads IS 'The last load of each table and day.';
