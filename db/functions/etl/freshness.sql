-- requires: internal.waiting_days
CREATE OR REPLACE VIEW etl.freshness AS
SELECT
    load.load_name,
    last_day.import_date AS last_day,
    newest.newest_event,
    (SELECT min(waiting.since) FROM internal.waiting_days AS waiting WHERE waiting.load_name = load.load_name) AS waiting_since
FROM etl.loads AS load
LEFT JOIN LATERAL (
    SELECT load_run.import_date
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
    ORDER BY load_run.import_date DESC
    LIMIT 1
) AS last_day ON true
LEFT JOIN LATERAL (
    SELECT load_run.newest_event
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
      AND load_run.newest_event IS NOT NULL
    ORDER BY load_run.import_date DESC, load_run.load_name, load_run.load_run_sk DESC
    LIMIT 1
) AS newest ON true
WHERE load.takes_day;

COMMENT ON VIEW etl.freshness IS
    'How fresh each table is: the last UTC day that was loaded, the newest event that its loads have seen, and since when the oldest event waits that a load has yet to see; null when none waits.';
