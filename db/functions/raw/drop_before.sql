-- Reads reports.user_events_daily and etl.stale_dates, writes raw.user_events and etl.purges.
-- Rerun: the same date finds nothing to remove.
CREATE OR REPLACE FUNCTION raw.drop_before(p_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
AS $drop_before$
DECLARE
    v_days   text;
    v_events bigint;
BEGIN
    IF p_date IS NULL OR NOT p_date <= current_date OR NOT isfinite(p_date) THEN
        RAISE EXCEPTION 'date must be a day that has begun, not %', coalesce(p_date::text, 'null')
            USING ERRCODE = CASE WHEN p_date IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
                  HINT = 'Pass the first day to keep, e.g. DATE ''2020-12-08''.';
    END IF;

    PERFORM internal.begin_change('raw.drop_before');
    PERFORM internal.lock_load(load_name)
    -- equivalent: the rows lie in this order, which nobody promises
    FROM (SELECT load_name FROM etl.loads WHERE takes_day ORDER BY position) AS load;
    -- What arrives meanwhile is judged by the new limit: its ingest waits.
    LOCK TABLE raw.user_events IN SHARE ROW EXCLUSIVE MODE;

    WITH gone AS (
        DELETE FROM raw.user_events
        WHERE received_at < p_date::timestamptz
        RETURNING event_date
    ),
    removed AS (
        SELECT event_date, count(*) AS n_events
        FROM gone
        GROUP BY event_date
    ),
    loaded AS (
        SELECT event_date, n_total
        FROM reports.user_events_daily
        WHERE event_date::timestamptz >= internal.retention_start()
          AND event_date < p_date
    ),
    unloaded AS (
        -- A day without events need not be loaded.
        SELECT event_date
        FROM removed
        FULL JOIN loaded USING (event_date)
        WHERE coalesce(n_events, 0) <> coalesce(n_total, 0)
        UNION
        SELECT import_date
        FROM etl.stale_dates
        WHERE import_date < p_date
    )
    SELECT
        (SELECT string_agg(event_date::text, ', ' ORDER BY event_date) FROM unloaded),
        (SELECT coalesce(sum(n_events), 0)::bigint FROM removed)
    INTO v_days, v_events;

    IF v_days IS NOT NULL THEN
        RAISE EXCEPTION 'nothing is removed: the loads are not up to date with the events of %', v_days
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'CALL etl.catch_up(); a day from which events were removed by hand has to be loaded by name.';
    END IF;

    IF p_date::timestamptz > internal.retention_start() THEN
        INSERT INTO etl.purges (purged_before, events)
        VALUES (p_date, v_events);
    END IF;
    RETURN v_events;
END;
$drop_before$;

COMMENT ON FUNCTION raw.drop_before(date) IS
    'Deletes the raw events of all UTC days before a date; they stay in the dimension and the report. Returns how many. Fails if a load has not seen them all. Such a day can no longer be loaded, and its events are quarantined. Loads and ingest wait meanwhile.';
