-- Reads etl.loads, etl.purges and raw.user_events, writes etl.arrivals.
CREATE OR REPLACE FUNCTION internal.begin_load(p_load_name text, p_import_date date)
    RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $begin_load$
DECLARE
    v_load CONSTANT etl.loads := (SELECT load FROM etl.loads AS load WHERE load_name = p_load_name);
    v_now  timestamptz;
BEGIN
    PERFORM internal.begin_change('a load');

    IF p_import_date IS NULL OR NOT isfinite(p_import_date) THEN
        RAISE EXCEPTION 'import_date must be a day, not %', coalesce(p_import_date::text, 'null')
            USING ERRCODE = CASE WHEN p_import_date IS NULL
                    THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
                  HINT = 'Pass the day to load, e.g. DATE ''2020-12-08''.';
    ELSIF p_import_date NOT BETWEEN '1970-01-01' AND '2199-12-31' THEN
        RAISE EXCEPTION 'import_date must be in the years 1970 to 2199, as all events are, not %', p_import_date
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Check the year.';
    END IF;

    PERFORM internal.lock_load(p_load_name);

    -- The function that called us is still the old one.
    IF v_load.rules IS DISTINCT FROM (SELECT rules FROM etl.loads WHERE load_name = p_load_name) THEN
        RAISE EXCEPTION 'the rules of % changed while its load waited', p_load_name
            USING ERRCODE = 'serialization_failure',
                  HINT = 'Load the day again.';
    END IF;

    IF NOT internal.can_load(v_load, p_import_date) THEN
        RAISE EXCEPTION 'the events of % were removed from raw', p_import_date
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'The dimension and the report keep what they have of that day; see etl.purges.';
    END IF;

    -- Loads know by its snapshot what they have seen, which does not tell what their own transaction brought before.
    UPDATE etl.arrivals
    SET event_sks = NULL
    WHERE event_date = p_import_date
      AND xid = pg_current_xact_id_if_assigned()
      AND event_sks IS NOT NULL; -- for speed: null stays null

    -- What is ahead of the clock would pass for fresh when nothing comes any more.
    v_now := clock_timestamp();
    RETURN (
        SELECT max(received_at)
        FROM raw.user_events
        WHERE received_at >= p_import_date::timestamp AT TIME ZONE 'UTC'
          AND received_at < (p_import_date + 1)::timestamp AT TIME ZONE 'UTC'
          AND received_at <= v_now -- equivalent: a microsecond more or less is as good
    );
END;
$begin_load$;

COMMENT ON FUNCTION internal.begin_load(text, date) IS
    'Begins a load of one day: refuses an unusable date or transaction, waits for a running load of the same table, refuses a day that was removed from raw. Returns the instant of the day''s newest event that is not ahead of the clock, or null.';
