-- Reads raw.user_events, writes reports.user_events_daily and etl.load_runs.
-- Rerun: the same date and the same raw rows write nothing to the report.
CREATE OR REPLACE FUNCTION reports.load_user_events_daily(import_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET jit = off
AS $load_user_events_daily$
DECLARE
    v_started_at CONSTANT timestamptz := clock_timestamp();
    v_from       CONSTANT timestamptz := import_date::timestamptz;
    v_to         CONSTANT timestamptz := (import_date + 1)::timestamptz;
    v_snapshot   pg_snapshot;
    v_day        reports.user_events_daily;
    v_rows       bigint;
BEGIN
    PERFORM internal.begin_load('user_events_daily', import_date);
    v_snapshot := pg_current_snapshot();

    SELECT
        load_user_events_daily.import_date,
        count(*) FILTER (WHERE event_type = 'User Created'),
        count(*) FILTER (WHERE event_type = 'User Updated'),
        count(*) FILTER (WHERE event_type = 'User Deleted'),
        count(DISTINCT user_id),
        count(*)
    INTO v_day
    FROM raw.user_events
    WHERE received_at >= v_from
      AND received_at < v_to;

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
    PERFORM internal.end_load('user_events_daily', import_date, v_started_at, v_snapshot, v_day.n_total, v_rows);
    RETURN v_rows;
END;
$load_user_events_daily$;

COMMENT ON FUNCTION reports.load_user_events_daily(date) IS
    'Counts the raw events of one UTC day; returns the rows written, 0 or 1. A load of this table at the same time waits.';
