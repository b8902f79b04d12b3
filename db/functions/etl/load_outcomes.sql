-- requires: etl.stale_dates
CREATE OR REPLACE VIEW etl.load_outcomes AS
SELECT
    load.load_name,
    run.succeeded,
    failure.failed,
    coalesce(failure.failed::double precision / nullif(run.succeeded + failure.failed, 0), 0) AS failure_rate,
    failure.unresolved
FROM etl.loads AS load
CROSS JOIN LATERAL (
    SELECT count(*) AS succeeded
    FROM etl.load_runs AS load_run
    WHERE load_run.load_name = load.load_name
      AND load_run.started_at > now() - interval '1 day'
) AS run
CROSS JOIN LATERAL (
    SELECT
        count(*) AS failed,
        (array_agg(format('%s: %s', load_failure.import_date, load_failure.message) ORDER BY load_failure.load_failure_sk DESC)
            FILTER (WHERE (load_failure.load_name, load_failure.import_date) IN (
                SELECT stale_date.load_name, stale_date.import_date FROM etl.stale_dates AS stale_date
            )
            AND NOT EXISTS (
                SELECT
                FROM etl.load_runs AS load_run
                WHERE load_run.load_name = load_failure.load_name
                  AND load_run.import_date = load_failure.import_date
                  AND load_run.started_at + load_run.duration > load_failure.failed_at -- equivalent: no two loads of a day end at once
            )))[1] AS unresolved
    FROM etl.load_failures AS load_failure
    WHERE load_failure.load_name = load.load_name
      AND load_failure.failed_at > now() - interval '1 day'
) AS failure
WHERE load.takes_day;

COMMENT ON VIEW etl.load_outcomes IS
    'How many runs of each load succeeded and failed in the last 24 hours. Failures are counted if etl.catch_up() or etl.load_days() ran the load.';
COMMENT ON COLUMN etl.load_outcomes.failure_rate IS 'The share of failed runs, 0 to 1.';
COMMENT ON COLUMN etl.load_outcomes.unresolved IS
    'The day and the error of the last failed load that has not succeeded since and is still due; null if there is none.';
COMMENT ON COLUMN etl.load_outcomes.load_name IS 'The load, as in etl.loads.';
COMMENT ON COLUMN etl.load_outcomes.succeeded IS 'How many runs succeeded.';
COMMENT ON COLUMN etl.load_outcomes.failed IS 'How many runs failed.';
