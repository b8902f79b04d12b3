-- Rerun: goes on with the days that are not loaded yet.
-- A procedure that commits can have no SET clause, so it pins search_path itself.
CREATE OR REPLACE PROCEDURE etl.load_days(p_from date, p_to date)
    LANGUAGE plpgsql
AS $load_days$
DECLARE
    v_load_names text[];
    v_dates      date[];
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    IF p_from IS NULL OR p_to IS NULL OR NOT isfinite(p_from) OR NOT isfinite(p_to) OR p_from > p_to THEN
        RAISE EXCEPTION 'the days must be two, the first not after the last, not % and %',
                coalesce(p_from::text, 'null'), coalesce(p_to::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Pass the first and the last day to load, e.g. DATE ''2020-12-05'', DATE ''2020-12-11''.';
    END IF;

    IF p_from < '1970-01-01' OR p_to > '2199-12-31' THEN
        RAISE EXCEPTION 'the days must be in the years 1970 to 2199, as all events are, not % to %', p_from, p_to
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Look at the years.';
    END IF;

    SELECT array_agg(load_name), array_agg(import_date)
    INTO v_load_names, v_dates
    FROM (
        SELECT day::date AS import_date
        FROM generate_series(p_from::timestamp, p_to::timestamp, '1 day') AS day
    ) AS asked
    CROSS JOIN etl.loads
    LEFT JOIN etl.last_loads AS last_load USING (load_name, import_date)
    LEFT JOIN etl.stale_dates AS stale USING (load_name, import_date)
    WHERE takes_day
      AND (last_load.snapshot IS NULL OR stale.reason IS NOT NULL)
      -- The loads of those have seen all that there was.
      AND NOT EXISTS (SELECT FROM etl.purges AS purge WHERE purge.purged_before > import_date);

    -- Without the locks of the views: db/migrate has those of the loads when it wants to replace them.
    COMMIT;
    CALL etl.run_loads(v_load_names, v_dates);
END;
$load_days$;

COMMENT ON PROCEDURE etl.load_days(date, date) IS
    'Runs each load for all UTC days from the first to the last that were never loaded or are stale, also days without events, but none that was removed from raw; otherwise as etl.catch_up.';
