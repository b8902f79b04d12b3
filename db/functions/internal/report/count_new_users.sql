-- Reads raw.user_events, crm.users_dim, etl.arrivals and etl.load_runs.
-- Called by reports.load_user_events_daily only.
CREATE OR REPLACE FUNCTION internal.count_new_users(p_date date, p_event_sks int8multirange)
    RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    -- Each user is looked up by index. The planner, which expects versions in every period, would rather read them whole.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $count_new_users$
DECLARE
    v_from     CONSTANT timestamptz := p_date::timestamptz;
    v_to       CONSTANT timestamptz := (p_date + 1)::timestamptz;
    v_counted  CONSTANT pg_snapshot := (internal.last_load('user_events_daily', p_date)).snapshot;
    v_versions CONSTANT pg_snapshot := (internal.last_load('users_dim', p_date)).snapshot;
BEGIN
    IF v_versions IS NULL OR EXISTS (
        SELECT
        FROM internal.outdated_days
        WHERE load_name = 'users_dim'
          AND import_date = p_date
    ) OR EXISTS (
        SELECT
        FROM etl.arrivals
        WHERE event_date = p_date
          AND pg_visible_in_snapshot(xid, v_counted)
          AND NOT pg_visible_in_snapshot(xid, v_versions)
    ) THEN
        RETURN NULL::bigint;
    END IF;

    RETURN (
        SELECT count(*)
        FROM (
            SELECT DISTINCT user_id
            FROM raw.user_events
            WHERE event_sk >= lower(p_event_sks) -- for speed: an index knows no multirange
              AND event_sk < upper(p_event_sks) -- for speed: an index knows no multirange
              AND event_sk <@ p_event_sks
              AND received_at >= v_from
              AND received_at < v_to
        ) AS arrived
        -- Raw has no index by user. Each instant with an event that was counted began a version.
        WHERE NOT EXISTS (
            SELECT 1
            FROM crm.users_dim AS dim
            JOIN raw.user_events AS event -- equivalent: raw has the event of each version of the day
                ON event.user_id = dim.user_id
                AND event.received_at = dim.valid_from
            WHERE dim.user_id = arrived.user_id
              AND dim.valid_from >= v_from
              AND dim.valid_from < v_to
              AND coalesce(dim.valid_to, 'infinity') >= v_from
              -- Also what arrived since p_event_sks was found was not counted.
              AND (event.event_sk <@ (
                  SELECT range_agg(event_sks)
                  FROM etl.arrivals
                  WHERE event_date = p_date -- for speed: events of other days began no version of this one
                    AND NOT pg_visible_in_snapshot(xid, v_counted)
              )) IS NOT TRUE
        )
    );
END;
$count_new_users$;

COMMENT ON FUNCTION internal.count_new_users(date, int8multirange) IS
    'Counts the users of the arrived events, given by a multirange of event_sk, that have no event on the UTC day which its report already counts. Null if the dimension, where their events are looked up, was not loaded with all that the report counts.';
