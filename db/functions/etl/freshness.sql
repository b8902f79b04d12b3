-- requires: internal.waiting_days etl.stale_dates
CREATE OR REPLACE VIEW etl.freshness AS
SELECT
    load.load_name,
    upper(loaded.days) - 1 AS last_day,
    newest.newest_event,
    (SELECT min(waiting.since) FROM internal.waiting_days AS waiting WHERE waiting.load_name = load.load_name) AS waiting_since,
    coalesce(datemultirange(range_merge(loaded.days)) - loaded.days, '{}') AS missing_days,
    coalesce(stale.days, '{}') AS stale_days,
    stale.reasons AS stale_reasons,
    rejected.number AS rejected_in_24_hours
FROM etl.loads AS load
CROSS JOIN LATERAL (
    SELECT range_agg(daterange(day.import_date, day.import_date, '[]')) AS days
    FROM (
        SELECT DISTINCT load_run.import_date -- for speed: a day may have many runs
        FROM etl.load_runs AS load_run
        WHERE load_run.load_name = load.load_name
          AND load_run.import_date <= (now() AT TIME ZONE 'UTC')::date
    ) AS day
) AS loaded
LEFT JOIN LATERAL (
    SELECT load_run.newest_event
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
      AND load_run.newest_event <= now()
    ORDER BY load_run.import_date DESC, load_run.load_run_sk DESC
    LIMIT 1
) AS newest ON true
CROSS JOIN LATERAL (
    SELECT
        range_agg(daterange(stale_date.import_date, stale_date.import_date, '[]')) AS days,
        string_agg(DISTINCT stale_date.reason, '; ') AS reasons
    FROM etl.stale_dates AS stale_date
    WHERE stale_date.load_name = load.load_name
) AS stale
CROSS JOIN (
    SELECT coalesce(sum(ingest.rejected), 0)::bigint AS number
    FROM etl.ingests AS ingest
    WHERE ingest.ingested_at > now() - interval '1 day'
) AS rejected
WHERE load.takes_day;

COMMENT ON VIEW etl.freshness IS
    'How fresh and how complete each table of a daily load is. Days are UTC. Events ahead of the clock are ignored.';
COMMENT ON COLUMN etl.freshness.last_day IS 'The last loaded day, of those that have begun.';
COMMENT ON COLUMN etl.freshness.newest_event IS 'The newest event that its loads have seen, of those that are not ahead of the clock.';
COMMENT ON COLUMN etl.freshness.waiting_since IS
    'When the oldest event arrived that still waits for a load; null if none waits.';
COMMENT ON COLUMN etl.freshness.missing_days IS
    'The days between the first and the last loaded one that were never loaded, as ranges. Those that are not among stale_days have no events.';
COMMENT ON COLUMN etl.freshness.stale_days IS 'The days of etl.stale_dates, as ranges.';
COMMENT ON COLUMN etl.freshness.stale_reasons IS 'The reasons, each once; null if no day is stale.';
COMMENT ON COLUMN etl.freshness.rejected_in_24_hours IS
    'How many messages with user events were rejected in the last 24 hours; they are missing from all tables.';
COMMENT ON COLUMN etl.freshness.load_name IS 'The load that fills the table, as in etl.loads.';
