CREATE OR REPLACE VIEW etl.last_loads AS
SELECT DISTINCT ON (load_name, import_date)
    load_name, import_date, started_at, duration, rows_read, rows_written, snapshot, rules
FROM etl.load_runs
ORDER BY load_name, import_date, load_run_sk DESC; -- equivalent: loads and days may come in any order

COMMENT ON VIEW etl.last_loads IS 'The last load of each table and day.';
COMMENT ON COLUMN etl.last_loads.load_name IS 'The load, as in etl.loads.';
COMMENT ON COLUMN etl.last_loads.import_date IS 'The UTC day; null for a load that takes no day.';
COMMENT ON COLUMN etl.last_loads.started_at IS 'When it began.';
COMMENT ON COLUMN etl.last_loads.duration IS 'How long it took.';
COMMENT ON COLUMN etl.last_loads.rows_read IS 'How many rows the table has for the day.';
COMMENT ON COLUMN etl.last_loads.rows_written IS 'How many rows it added, changed or removed.';
COMMENT ON COLUMN etl.last_loads.snapshot IS 'The transactions of raw that it could see.';
COMMENT ON COLUMN etl.last_loads.rules IS 'The fingerprint of its rules, as in etl.rules.';
