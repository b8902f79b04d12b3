-- requires: internal.waiting_days
CREATE OR REPLACE VIEW etl.stale_dates AS
SELECT
    load_name,
    import_date,
    CASE
        WHEN outdated.reason IS NOT NULL THEN outdated.reason
        WHEN waiting.is_loaded THEN 'events arrived after the last load began'
        ELSE 'never loaded'
    END AS reason,
    least(waiting.since, outdated.since) AS since
FROM internal.waiting_days AS waiting
FULL JOIN internal.outdated_days AS outdated USING (load_name, import_date);

COMMENT ON VIEW etl.stale_dates IS
    'The loads that have to run, with their days and the reason. Arrivals are found by transaction snapshots, so no event is missed, however long its ingest took to commit. Also lists days that were loaded under older rules, see etl.rules_of_days.';
COMMENT ON COLUMN etl.stale_dates.load_name IS 'The load that has to run, as in etl.loads.';
COMMENT ON COLUMN etl.stale_dates.import_date IS 'The UTC day.';
COMMENT ON COLUMN etl.stale_dates.reason IS 'The reason: never loaded, events arrived after the last load began, or the rules changed.';
COMMENT ON COLUMN etl.stale_dates.since IS 'When the oldest waiting event arrived, or the rules changed.';
