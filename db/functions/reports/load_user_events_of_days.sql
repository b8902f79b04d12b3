-- Reads raw.user_events, writes reports.user_events_daily and etl.load_runs.
-- Rerun: the same dates and the same raw rows write nothing to the report.
CREATE OR REPLACE FUNCTION reports.load_user_events_of_days(import_dates date[])
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '256MB'
    SET jit = off
AS $load_user_events_of_days$
DECLARE
    v_started_at CONSTANT timestamptz := clock_timestamp();
    v_snapshot   pg_snapshot;
    v_newest     timestamptz[];
    v_counted    reports.user_events_daily[];
    v_written    date[];
BEGIN
    v_newest := ARRAY(
        SELECT internal.begin_load('user_events_daily', day)
        FROM unnest(import_dates) WITH ORDINALITY AS asked (day, number)
        ORDER BY number
    );
    v_snapshot := internal.load_snapshot();
    v_counted := ARRAY(SELECT counted FROM internal.count_days(import_dates) AS counted);

    EXECUTE format(
        'WITH written AS (%s) SELECT coalesce(array_agg(event_date), ''{}'') FROM written',
        internal.upsert_statement('reports.user_events_daily', '{event_date}', 'unnest($1)')
    )
    INTO v_written
    USING v_counted;

    PERFORM internal.end_load(
        'user_events_daily', counted.event_date, v_started_at, v_snapshot, counted.n_total,
        (counted.event_date = ANY (v_written))::integer::bigint, NULL,
        v_newest[array_position(import_dates, counted.event_date)]
    )
    FROM unnest(v_counted) AS counted;
    RETURN cardinality(v_written)::bigint;
END;
$load_user_events_of_days$;

COMMENT ON FUNCTION reports.load_user_events_of_days(date[]) IS
    'Counts the raw events of some UTC days in one pass; returns the rows written, at most one a day. For many days, of which each would be read by itself otherwise.';
