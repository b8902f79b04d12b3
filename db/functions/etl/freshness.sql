CREATE OR REPLACE VIEW etl.freshness AS
WITH waiting AS (
    SELECT load.load_name, arrival.event_date, arrival.event_sks, arrival.arrived_at
    FROM etl.loads AS load
    CROSS JOIN etl.arrivals AS arrival
    WHERE NOT EXISTS (
        SELECT
        FROM (
            SELECT load_run.snapshot
            FROM etl.load_runs AS load_run
            WHERE load_run.load_name = load.load_name
              AND load_run.import_date = arrival.event_date
            ORDER BY load_run.load_run_sk DESC
            LIMIT 1
        ) AS last_load
        WHERE pg_visible_in_snapshot(arrival.xid, last_load.snapshot)
    )
)
SELECT
    load.load_name,
    last_day.import_date AS last_day,
    newest.received_at AS newest_event,
    (SELECT min(waiting.arrived_at) FROM waiting WHERE waiting.load_name = load.load_name) AS waiting_since
FROM etl.loads AS load
LEFT JOIN LATERAL (
    SELECT load_run.import_date
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
    ORDER BY load_run.import_date DESC
    LIMIT 1
) AS last_day ON true
LEFT JOIN LATERAL (
    SELECT event.received_at
    FROM raw.user_events AS event
    WHERE event.received_at < (last_day.import_date + 1)::timestamp AT TIME ZONE 'UTC'
      AND NOT EXISTS (
          SELECT
          FROM waiting
          WHERE waiting.load_name = load.load_name
            AND waiting.event_date = event.event_date
            AND waiting.event_sks @> event.event_sk
      )
    ORDER BY event.received_at DESC
    LIMIT 1
) AS newest ON true
WHERE load.takes_day;

COMMENT ON VIEW etl.freshness IS
    'How fresh each table is: the last UTC day that was loaded, the newest event that is in it and still in raw, and since when the oldest event waits that a load has yet to see; null when none waits.';
