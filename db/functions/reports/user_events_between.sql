-- Reads raw.user_events.
CREATE OR REPLACE FUNCTION reports.user_events_between(p_first date, p_last date, p_zone text)
    RETURNS TABLE (
        local_date date, n_created bigint, n_updated bigint, n_deleted bigint, n_unique bigint, n_total bigint
    )
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET plan_cache_mode = 'force_custom_plan'
    SET jit = off
AS $user_events_between$
DECLARE
    v_from CONSTANT timestamptz := p_first::timestamp AT TIME ZONE p_zone;
    v_to   CONSTANT timestamptz := (p_last + 1)::timestamp AT TIME ZONE p_zone;
BEGIN
    IF v_from IS NULL OR v_to IS NULL THEN
        RAISE EXCEPTION 'the days and the zone must not be null'
            USING ERRCODE = 'null_value_not_allowed',
                  HINT = 'Pass e.g. reports.user_events_between(DATE ''2020-12-05'', DATE ''2020-12-11'', ''Europe/Berlin'').';
    END IF;
    IF v_from < internal.retention_start() THEN
        RAISE EXCEPTION 'raw has no events before %', internal.retention_start()
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Ask for later days; reports.user_events_daily has the earlier ones by UTC day.';
    END IF;

    RETURN QUERY
    SELECT
        (received_at AT TIME ZONE p_zone)::date,
        count(*) FILTER (WHERE counted_as = 'n_created'),
        count(*) FILTER (WHERE counted_as = 'n_updated'),
        count(*) FILTER (WHERE counted_as = 'n_deleted'),
        count(DISTINCT user_id),
        count(*)
    FROM internal.counted_events
    WHERE received_at >= v_from
      AND received_at < v_to
    GROUP BY 1;
END;
$user_events_between$;

COMMENT ON FUNCTION reports.user_events_between(date, date, text) IS
    'Counts the events of each local day of a time zone, from the first to the last, like reports.user_events_daily; no row for days without events. Reads raw, also what no load has seen yet. Fails for days whose events raw.drop_before removed.';
