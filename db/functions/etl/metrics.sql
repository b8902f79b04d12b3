-- requires: etl.freshness etl.ingest_totals etl.load_outcomes etl.problems etl.quarantine etl.stale_dates
CREATE OR REPLACE VIEW etl.metrics AS
SELECT 'messages' AS metric, 'outcome' AS label, outcome AS label_value, number::double precision AS value
FROM etl.ingest_totals
CROSS JOIN LATERAL (VALUES
    ('inserted', inserted), ('duplicate', duplicates), ('rejected', rejected)
) AS total (outcome, number)
UNION ALL
SELECT 'quarantined', 'kind', kind, count(quarantine.kind)
FROM (VALUES ('user event'), ('organization')) AS known (kind)
LEFT JOIN etl.quarantine USING (kind)
GROUP BY kind
UNION ALL
SELECT 'stale_dates', 'load', load_name, count(import_date)
FROM etl.loads
LEFT JOIN etl.stale_dates USING (load_name)
WHERE takes_day
GROUP BY load_name
UNION ALL
SELECT metric, 'load', load_name, value
FROM etl.loads AS load
CROSS JOIN LATERAL (
    SELECT started_at, duration, rows_written
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
    ORDER BY load_run_sk DESC
    LIMIT 1
) AS last_run
CROSS JOIN LATERAL (VALUES
    ('last_load_timestamp_seconds', extract(epoch FROM started_at + duration)),
    ('last_load_duration_seconds', extract(epoch FROM duration)),
    ('last_load_rows_written', rows_written)
) AS measured (metric, value)
UNION ALL
SELECT metric, 'load', load_name, value
FROM etl.freshness
CROSS JOIN LATERAL (VALUES
    ('newest_event_timestamp_seconds', extract(epoch FROM newest_event)),
    ('waiting_seconds', extract(epoch FROM coalesce(now() - waiting_since, '0')))
) AS measured (metric, value)
WHERE value IS NOT NULL
UNION ALL
SELECT metric, 'load', load_name, value
FROM etl.load_outcomes
CROSS JOIN LATERAL (VALUES
    ('loads_failed_in_24_hours', failed::double precision), ('load_failure_rate_in_24_hours', failure_rate)
) AS measured (metric, value)
UNION ALL
SELECT 'problems', '', '', count(*)
FROM etl.problems;

COMMENT ON VIEW etl.metrics IS 'Figures for a monitoring system; python -m reporting status --prometheus prints them.';
COMMENT ON COLUMN etl.metrics.metric IS 'The name of the figure.';
COMMENT ON COLUMN etl.metrics.label IS 'The name of its label: outcome, kind or load; empty if the figure has a single value.';
COMMENT ON COLUMN etl.metrics.label_value IS 'The value of the label, for example the name of a load.';
COMMENT ON COLUMN etl.metrics.value IS 'The value: a number, or seconds.';
