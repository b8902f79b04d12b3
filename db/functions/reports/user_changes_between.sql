-- Reads crm.users_dim.
CREATE OR REPLACE FUNCTION reports.user_changes_between(p_first date, p_last date)
    RETURNS TABLE (event_date date, n_new bigint, n_gone bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    -- The first day is known to each plan: only the periods that matter are read.
    SET plan_cache_mode = 'force_custom_plan'
AS $user_changes_between$
DECLARE
    v_from CONSTANT timestamptz := coalesce(p_first, '-infinity')::timestamptz;
    v_to   CONSTANT timestamptz := coalesce(p_last + 1, 'infinity')::timestamptz;
BEGIN
    RETURN QUERY
    -- Where one version ends and the next begins, a user that exists in both neither comes nor goes.
    SELECT
        change.changed_at::date,
        count(*) FILTER (WHERE change.n_more > 0), -- equivalent: none is 0
        count(*) FILTER (WHERE change.n_more < 0) -- equivalent: none is 0
    FROM (
        SELECT edge.user_id, edge.changed_at, sum(edge.n_more) AS n_more
        FROM (
            SELECT dim.user_id, dim.valid_from AS changed_at, 1 AS n_more
            FROM crm.users_dim AS dim
            WHERE NOT dim.is_deleted
              AND dim.valid_from >= v_from
              AND dim.valid_from < v_to
              AND coalesce(dim.valid_to, 'infinity') >= v_from
            UNION ALL
            SELECT dim.user_id, dim.valid_to, -1
            FROM crm.users_dim AS dim
            WHERE NOT dim.is_deleted
              AND dim.valid_to >= v_from
              AND dim.valid_to < v_to
              AND coalesce(dim.valid_to, 'infinity') >= v_from
        ) AS edge
        GROUP BY edge.user_id, edge.changed_at
    ) AS change
    WHERE change.n_more <> 0
    GROUP BY 1;
END;
$user_changes_between$;

COMMENT ON FUNCTION reports.user_changes_between(date, date) IS
    'Returns how many users began and ceased to exist on each UTC day from the first to the last (null: no limit); no row for days without changes. The difference of both is the net change. A user created and deleted on one day counts in both.';
