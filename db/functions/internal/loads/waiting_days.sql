CREATE OR REPLACE VIEW internal.waiting_days AS
SELECT load.load_name, day.import_date, last_load.snapshot IS NOT NULL AS is_loaded, waiting.since
FROM (SELECT DISTINCT event_date AS import_date FROM etl.arrivals) AS day
CROSS JOIN etl.loads AS load
LEFT JOIN LATERAL (
    SELECT load_run.snapshot
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
      AND load_run.import_date = day.import_date
    ORDER BY load_run.load_run_sk DESC
    LIMIT 1
) AS last_load ON true
CROSS JOIN LATERAL (
    SELECT min(arrival.arrived_at) AS since
    FROM etl.arrivals AS arrival
    WHERE arrival.event_date = day.import_date
      AND pg_visible_in_snapshot(arrival.xid, last_load.snapshot) IS NOT TRUE
) AS waiting
WHERE load.takes_day
  AND 'raw.user_events' = ANY (load.depends_on)
  AND waiting.since IS NOT NULL;

COMMENT ON VIEW internal.waiting_days IS
    'The UTC days with events that a load of raw.user_events has not yet seen, by transaction snapshots: whether the load ran for the day before, and when the oldest of these events arrived.';
