-- Reads crm.users_dim and reports.user_events_daily.
CREATE OR REPLACE FUNCTION reports.users_by_organization_between(p_first date, p_last date)
    RETURNS TABLE (event_date date, organization_name text, plan_name text, n_users bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    -- The first day is known to each plan: only the periods that matter are read.
    SET plan_cache_mode = 'force_custom_plan'
AS $users_by_organization_between$
DECLARE
    v_first CONSTANT date := coalesce(p_first, (SELECT min(loaded.event_date) FROM reports.user_events_daily AS loaded));
    v_from  CONSTANT timestamptz := (v_first + 1)::timestamptz;
    v_to    CONSTANT timestamptz := coalesce(p_last + 1, 'infinity')::timestamptz;
BEGIN
    RETURN QUERY
    SELECT loaded.event_date, spell.organization_name, spell.plan_name, spell.n_users
    FROM (
        SELECT
            change.organization_name, change.plan_name, change.event_date AS first_date,
            lead(change.event_date, 1, 'infinity') OVER steps AS next_date,
            (sum(sum(change.n_more)) OVER steps)::bigint AS n_users
        FROM (
            SELECT dim.organization_name, dim.plan_name, edge.event_date, edge.n_more
            FROM crm.users_dim AS dim
            CROSS JOIN LATERAL (
                VALUES
                    (greatest((dim.valid_from AT TIME ZONE 'UTC')::date, v_first), 1),
                    ((dim.valid_to AT TIME ZONE 'UTC')::date, -1)
            ) AS edge (event_date, n_more)
            WHERE NOT dim.is_deleted
              AND dim.valid_from < v_to -- for speed: later changes are not shown
              -- The partition key: what ended before the end of the first day is not read.
              AND coalesce(dim.valid_to, 'infinity') >= v_from
              AND edge.event_date IS NOT NULL
        ) AS change
        GROUP BY change.organization_name, change.plan_name, change.event_date
        WINDOW steps AS (PARTITION BY change.organization_name, change.plan_name ORDER BY change.event_date)
    ) AS spell
    JOIN reports.user_events_daily AS loaded
        ON loaded.event_date >= spell.first_date
        AND loaded.event_date < spell.next_date
    WHERE spell.n_users > 0
      AND loaded.event_date <= coalesce(p_last, 'infinity');
END;
$users_by_organization_between$;

COMMENT ON FUNCTION reports.users_by_organization_between(date, date) IS
    'Returns how many users each organization and plan had at the end of each loaded UTC day from the first to the last (null: no limit); no row for none. The state of the last version of the day counts.';
