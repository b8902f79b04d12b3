-- A body in standard SQL is bound to its names when it is created: no search_path to pin. It is inlined: the planner
-- sees the tables, and a fact costs a look into an index or two.
CREATE OR REPLACE FUNCTION crm.user_at(p_user_id text, p_at timestamptz)
    RETURNS TABLE (
        user_id text, username text, user_email text, user_type text, organization_name text, plan_name text,
        valid_from timestamptz, attributes jsonb
    )
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        version.user_id, version.username, version.user_email, version.user_type, version.organization_name, version.plan_name,
        version.valid_from, version.attributes
    FROM (
        -- A user of whom nothing came since is found below as well, by one look-up a period.
        SELECT open.*
        FROM crm.users_dim AS open
        WHERE open.user_id = p_user_id
          -- The partition key. Not the partition by name, for which etl.build_history puts another one.
          AND coalesce(open.valid_to, 'infinity') = 'infinity'
          AND open.valid_from <= p_at
          -- for speed: earlier, few versions are still open; the report tells the newest day by a row a day, which readers may read
          AND p_at > (SELECT max(event_date) - 7 FROM reports.user_events_daily WHERE event_date <= current_date)
        UNION ALL
        SELECT dim.*
        FROM crm.users_dim AS dim
        WHERE dim.user_id = p_user_id
          AND dim.valid_from <= p_at
          -- The partition key: periods that ended before are not read.
          AND coalesce(dim.valid_to, 'infinity') >= p_at
          AND dim.valid_to IS DISTINCT FROM p_at
        LIMIT 1
    ) AS version
    WHERE NOT version.is_deleted;
END;

COMMENT ON FUNCTION crm.user_at(text, timestamptz) IS
    'Returns a user in the state at a moment, no row if the user did not exist then. For facts: FROM facts LEFT JOIN LATERAL crm.user_at(facts.user_id, facts.happened_at) AS person ON true returns each fact once. user_id and valid_from are the key of the version.';
