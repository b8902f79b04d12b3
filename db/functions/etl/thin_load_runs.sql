-- Reads and writes etl.load_runs and etl.load_failures.
-- Rerun: what was thinned out has nothing left to take away.
-- On schedule catch-up may run, and add rows, every second.
CREATE OR REPLACE FUNCTION etl.thin_load_runs()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $thin_load_runs$
DECLARE
    v_today CONSTANT timestamptz := date_trunc('day', now());
    v_rows  bigint;
    v_more  bigint;
BEGIN
    DELETE FROM etl.load_runs AS old
    WHERE old.events_arrived IS NOT NULL
      -- By index; a month, lest those that stay be looked at for ever.
      AND old.started_at >= v_today - interval '1 month'
      AND old.started_at < v_today - interval '2 days'
      AND EXISTS (
          SELECT
          FROM etl.load_runs AS later
          WHERE later.load_name = old.load_name
            AND later.import_date = old.import_date
            AND later.load_run_sk > old.load_run_sk
      );

    GET DIAGNOSTICS v_rows = ROW_COUNT;

    DELETE FROM etl.load_failures AS old
    WHERE old.failed_at < v_today - interval '2 days'
      AND EXISTS (
          SELECT
          FROM etl.load_failures AS later
          WHERE later.load_name = old.load_name
            AND later.import_date = old.import_date
            AND later.load_failure_sk > old.load_failure_sk
      );

    GET DIAGNOSTICS v_more = ROW_COUNT;
    RETURN v_rows + v_more;
END;
$thin_load_runs$;

COMMENT ON FUNCTION etl.thin_load_runs() IS
    'Deletes superseded rows of etl.load_runs (arrivals-only runs of days that were loaded again) and of etl.load_failures (loads that failed again for the same day), of the days before yesterday; returns how many. etl.catch_up calls it.';
