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
    v_from       CONSTANT timestamptz := import_date::timestamptz;
    v_to         CONSTANT timestamptz := (import_date + 1)::timestamptz;
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

    SELECT
        event_date,
        n_created + v_arrived.n_created,
        n_updated + v_arrived.n_updated,
        n_deleted + v_arrived.n_deleted,
        n_unique + internal.count_new_users(event_date, v_arrived.event_sks),
        n_total + v_arrived.n_total
    INTO v_day
    FROM reports.user_events_daily
    WHERE event_date = import_date
      AND v_arrived.event_sks IS NOT NULL
      -- Tables that are distributed have size 0 here, and no snapshot of all workers: nothing can be added to a count.
      AND pg_relation_size('raw.user_events') > 0; -- tested elsewhere: db/citus/test

    IF v_day.n_unique IS NULL THEN
        v_arrived.n_total := NULL;
        -- The snapshot by which exactly these events are counted: the next load may add to them.
        SELECT
            internal.load_snapshot() AS snapshot,
            count(*) FILTER (WHERE is_created) AS n_created,
            count(*) FILTER (WHERE is_updated) AS n_updated,
            count(*) FILTER (WHERE is_deleted) AS n_deleted,
            count(DISTINCT user_id) AS n_unique,
            count(*) AS n_total
        INTO v_counted
        FROM internal.counted_events
        WHERE received_at >= v_from
          AND received_at < v_to;
        v_snapshot := v_counted.snapshot;
        v_day := (
            import_date, v_counted.n_created, v_counted.n_updated, v_counted.n_deleted, v_counted.n_unique, v_counted.n_total
        );
    END IF;

    INSERT INTO reports.user_events_daily
    SELECT v_day.*
    WHERE NOT EXISTS (SELECT FROM reports.user_events_daily AS same WHERE same = v_day)
    ON CONFLICT (event_date) DO UPDATE
    SET n_created = EXCLUDED.n_created,
        n_updated = EXCLUDED.n_updated,
        n_deleted = EXCLUDED.n_deleted,
        n_unique = EXCLUDED.n_unique,
        n_total = EXCLUDED.n_total;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    PERFORM internal.end_load(
        'user_events_daily', import_date, v_started_at, v_snapshot, v_day.n_total, v_rows, v_arrived.n_total, v_newest
    );
    RETURN v_rows;
END;
$load_user_events_daily$;

COMMENT ON FUNCTION reports.load_user_events_daily(date) IS
    'Counts the raw events of one UTC day; returns the rows written, 0 or 1. For a loaded day with new arrivals it adds the arrived events; any other day is counted anew. A concurrent load of this table waits.';
