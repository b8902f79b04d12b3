-- Reads crm.users_dim and reports.user_events_daily.
CREATE OR REPLACE FUNCTION reports.users_between(p_first date, p_last date)
    RETURNS TABLE (event_date date, n_users bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    -- The first day is known to each plan: only the periods that matter are read.
    SET plan_cache_mode = 'force_custom_plan'
AS $users_between$
DECLARE
    v_from CONSTANT timestamptz := coalesce(p_first, '-infinity')::timestamptz;
BEGIN
    RETURN QUERY
    -- Backwards from the users that exist now: what was before the first day need not be read.
    SELECT day.event_date, day.n_users
    FROM (
        SELECT
            change.event_date,
            (SELECT count(*) FROM crm.users_dim WHERE coalesce(valid_to, 'infinity') = 'infinity' AND NOT is_deleted)
                - (sum(sum(change.n_more)) OVER (ORDER BY change.event_date DESC) - sum(change.n_more))::bigint AS n_users,
            bool_or(change.is_loaded) AS is_loaded
        FROM (
            SELECT dim.valid_from::date AS event_date, count(*) AS n_more, false AS is_loaded
            FROM crm.users_dim AS dim
            WHERE NOT dim.is_deleted
              AND dim.valid_from >= v_from -- for speed: earlier changes are not counted back
              AND coalesce(dim.valid_to, 'infinity') >= v_from
            GROUP BY 1
            UNION ALL -- for speed: no two rows are equal
            SELECT dim.valid_to::date, -count(*), false
            FROM crm.users_dim AS dim
            WHERE NOT dim.is_deleted
              AND dim.valid_to >= v_from -- for speed: earlier changes are not counted back
              AND coalesce(dim.valid_to, 'infinity') >= v_from
            GROUP BY 1
            UNION ALL
            SELECT loaded.event_date, 0, true
            FROM reports.user_events_daily AS loaded
            WHERE loaded.event_date >= coalesce(p_first, '-infinity')
        ) AS change
        GROUP BY change.event_date
    ) AS day
    WHERE day.is_loaded
      AND day.event_date <= coalesce(p_last, 'infinity');
END;
$users_between$;

COMMENT ON FUNCTION reports.users_between(date, date) IS
    'Returns how many users existed at the end of each loaded UTC day from the first to the last (null: no limit). Reads the dimension from the first day on.';
