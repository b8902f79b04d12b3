-- Reads raw.user_events and reports.user_events_daily.
-- Called by reports.load_user_events_daily only.
CREATE OR REPLACE FUNCTION internal.add_arrived_events(p_date date, p_event_sks int8multirange)
    RETURNS reports.user_events_daily
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $add_arrived_events$
DECLARE
    v_new_users CONSTANT bigint := internal.count_new_users(p_date, p_event_sks);
    v_day       reports.user_events_daily;
BEGIN
    SELECT *
    INTO v_day
    FROM reports.user_events_daily
    WHERE event_date = p_date
      AND v_new_users IS NOT NULL;

    RETURN (
        SELECT jsonb_populate_record(
            v_day,
            jsonb_build_object('n_unique', v_day.n_unique + v_new_users, 'n_total', v_day.n_total + sum(n_events))
            || jsonb_object_agg(counted_as, (to_jsonb(v_day) ->> counted_as)::bigint + n_events)
        )
        FROM (
            SELECT counted_as, count(*) AS n_events
            FROM internal.counted_events
            WHERE event_sk >= lower(p_event_sks) -- for speed: an index knows no multirange
              AND event_sk < upper(p_event_sks) -- for speed: an index knows no multirange
              AND event_sk <@ p_event_sks
              AND received_at >= p_date::timestamptz
              AND received_at < (p_date + 1)::timestamptz
            GROUP BY counted_as
        ) AS arrived
        WHERE v_day.event_date IS NOT NULL
    );
END;
$add_arrived_events$;

COMMENT ON FUNCTION internal.add_arrived_events(date, int8multirange) IS
    'Returns what the report has of a UTC day with the arrived events added, given by a multirange of event_sk. Nulls if it has nothing of the day, or the dimension cannot tell who is new.';
