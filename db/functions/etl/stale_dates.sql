CREATE OR REPLACE VIEW etl.stale_dates AS
SELECT load_name, import_date, stale.reason
FROM (SELECT DISTINCT event_date AS import_date FROM etl.arrivals) AS arrived
CROSS JOIN etl.loads AS load
LEFT JOIN LATERAL (
    SELECT load_run.snapshot
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
      AND load_run.import_date = arrived.import_date
    ORDER BY load_run.load_run_sk DESC
    LIMIT 1
) AS last_load ON true
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN last_load.snapshot IS NULL
            THEN 'never loaded'
        WHEN EXISTS (
            SELECT
            FROM etl.arrivals
            WHERE arrivals.event_date = arrived.import_date
              AND NOT pg_visible_in_snapshot(arrivals.xid, last_load.snapshot)
        )
            THEN 'events arrived after the last load began'
    END AS reason
) AS stale
WHERE load.takes_day
  AND stale.reason IS NOT NULL;

COMMENT ON VIEW etl.stale_dates IS
    'Which load has to run for which day, and why: by transaction snapshots, so an event is never missed, however long its ingest took to commit.';
