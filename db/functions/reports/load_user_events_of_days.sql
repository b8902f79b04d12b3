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

    WITH written AS (
        INSERT INTO reports.user_events_daily
        SELECT counted.*
        FROM unnest(v_counted) AS counted
        WHERE NOT EXISTS (SELECT FROM reports.user_events_daily AS same WHERE same = counted)
        ON CONFLICT (event_date) DO UPDATE
        SET n_created = EXCLUDED.n_created,
            n_updated = EXCLUDED.n_updated,
            n_deleted = EXCLUDED.n_deleted,
            n_unique = EXCLUDED.n_unique,
            n_total = EXCLUDED.n_total
        RETURNING event_date
    )
    SELECT coalesce(array_agg(event_date), '{}')
    INTO v_written
    FROM written;

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
