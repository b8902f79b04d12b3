-- Reads internal.users_dim_changes and crm.users_dim.
CREATE OR REPLACE FUNCTION crm.users_changed(p_since text, p_until text)
    RETURNS TABLE (
        user_id text, valid_from timestamptz, is_gone boolean, valid_to timestamptz, is_deleted boolean,
        username text, user_email text, user_type text, organization_name text, plan_name text, attributes jsonb
    )
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Each version is looked up by its user, in the periods where it can be. The planner would rather read all of them.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET plan_cache_mode = 'force_custom_plan'
    SET jit = off
AS $users_changed$
DECLARE
    v_since    CONSTANT pg_snapshot := split_part(p_since, ' ', 1)::pg_snapshot;
    v_until    CONSTANT pg_snapshot := split_part(p_until, ' ', 1)::pg_snapshot;
    v_since_at CONSTANT timestamptz := substr(p_since, strpos(p_since, ' ') + 1)::timestamptz;
BEGIN
    IF p_since IS NULL OR p_until IS NULL THEN
        RAISE EXCEPTION 'a mark must not be null'
            USING ERRCODE = 'null_value_not_allowed',
                  HINT = 'Pass two results of crm.users_mark(), the older one first.';
    END IF;
    IF NOT EXISTS (SELECT FROM etl.settings WHERE v_since_at >= greatest(changes_since, now() - changes_kept)) THEN
        RAISE EXCEPTION 'it is not known any more what changed since %', v_since_at
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Take a new mark by crm.users_mark(), and copy the whole dimension.';
    END IF;

    RETURN QUERY
    WITH changed AS MATERIALIZED (
        SELECT change.user_id, change.first_from, change.until
        FROM internal.users_dim_changes AS change
        WHERE change.xid >= pg_snapshot_xmin(v_since) -- for speed: what is older is visible
          AND NOT pg_visible_in_snapshot(change.xid, v_since)
          AND pg_visible_in_snapshot(change.xid, v_until)
    )
    SELECT
        version.user_id, version.valid_from, false, version.valid_to, version.is_deleted,
        version.username, version.user_email, version.user_type, version.organization_name, version.plan_name, version.attributes
    FROM (
        SELECT DISTINCT ON (dim.user_id, dim.valid_from) dim.*
        FROM changed
        JOIN crm.users_dim AS dim
            ON dim.user_id = changed.user_id
            AND dim.valid_from >= changed.first_from
            AND (dim.valid_from < changed.until OR dim.valid_from = changed.first_from)
            AND coalesce(dim.valid_to, 'infinity') >= changed.first_from -- for speed: leaves out earlier periods
        ORDER BY dim.user_id, dim.valid_from
    ) AS version
    UNION ALL
    SELECT
        gone.user_id, gone.first_from, true, NULL::timestamptz, NULL::boolean,
        NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::jsonb
    FROM (
        SELECT changed.user_id, changed.first_from
        FROM changed
        EXCEPT
        SELECT dim.user_id, dim.valid_from
        FROM changed
        JOIN crm.users_dim AS dim
            ON dim.user_id = changed.user_id
            AND dim.valid_from = changed.first_from
            AND coalesce(dim.valid_to, 'infinity') >= changed.first_from -- for speed: leaves out earlier periods
    ) AS gone;
END;
$users_changed$;

COMMENT ON FUNCTION crm.users_changed(text, text) IS
    'Returns the versions of crm.users_dim that changed between two marks of crm.users_mark(): their keys (user_id, valid_from) with the present contents, or is_gone. Each change is between two marks once, whatever loads run meanwhile. Fails if the older mark is older than etl.settings.changes_kept.';
