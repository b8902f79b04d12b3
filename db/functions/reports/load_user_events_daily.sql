-- Reads raw.user_events and etl.arrivals, writes reports.user_events_daily and etl.load_runs.
-- Rerun: the same date and the same raw rows write nothing to the report.
CREATE OR REPLACE FUNCTION reports.load_user_events_daily(import_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET plan_cache_mode = 'force_custom_plan'
    SET jit = off
AS $load_user_events_daily$
DECLARE
    v_started_at CONSTANT timestamptz := clock_timestamp();
    v_newest     timestamptz;
    v_snapshot   pg_snapshot;
    v_arrived    record;
    v_counted    record;
    v_day        reports.user_events_daily;
    v_rows       bigint;
BEGIN
    v_newest := internal.begin_load('user_events_daily', import_date);
    v_snapshot := internal.load_snapshot();
    v_arrived := internal.arrived_events('user_events_daily', import_date, v_snapshot);

    IF v_arrived.event_sks IS NOT NULL
        -- Tables that are distributed have size 0 here, and no snapshot of all workers: nothing can be added to a count.
        AND pg_relation_size('raw.user_events') > 0 -- tested elsewhere: db/citus/test
    THEN
        v_day := internal.add_arrived_events(import_date, v_arrived.event_sks);
    END IF;
    IF v_day.n_unique IS NULL THEN
        v_arrived.n_total := NULL;
        -- The snapshot by which exactly these events are counted: the next load may add to them.
        SELECT internal.load_snapshot() AS snapshot, day
        INTO v_counted
        FROM internal.count_days(ARRAY[import_date]) AS day;
        v_snapshot := v_counted.snapshot;
        v_day := v_counted.day;
    END IF;

    EXECUTE internal.upsert_statement('reports.user_events_daily', '{event_date}', 'unnest($1)')
    USING ARRAY[v_day];
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    PERFORM internal.end_load(
        'user_events_daily', import_date, v_started_at, v_snapshot, v_day.n_total, v_rows, v_arrived.n_total, v_newest
    );
    RETURN v_rows;
END;
$load_user_events_daily$;

COMMENT ON FUNCTION reports.load_user_events_daily(date) IS
    'Counts the raw events of one UTC day; returns the rows written, 0 or 1. For a loaded day with new arrivals it adds the arrived events; any other day is counted anew. A concurrent load of this table waits.';
