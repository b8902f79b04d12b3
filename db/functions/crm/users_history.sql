CREATE OR REPLACE FUNCTION crm.users_history(VARIADIC p_attributes text[])
    RETURNS TABLE (
        user_id text, valid_from timestamptz, valid_to timestamptz,
        username text, user_email text, user_type text, organization_name text, plan_name text,
        attributes jsonb
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    -- The attributes are known to each plan: it does not compare the others.
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '64MB'
AS $users_history$
DECLARE
    c_attributes CONSTANT text[] := ARRAY['username', 'user_email', 'user_type', 'organization_name', 'plan_name', 'attributes'];
BEGIN
    IF p_attributes IS NULL OR NOT p_attributes <@ c_attributes THEN
        RAISE EXCEPTION 'the attributes of a user are %, not %',
                array_to_string(c_attributes, ', '), coalesce(array_to_string(p_attributes, ', ', 'null'), 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Pass one or more of them, e.g. crm.users_history(''plan_name'', ''user_type'').';
    END IF;

    RETURN QUERY
    SELECT
        edge.user_id, edge.valid_from, edge.valid_to,
        edge.username, edge.user_email, edge.user_type, edge.organization_name, edge.plan_name,
        edge.attributes
    FROM (
        SELECT
            version.user_id,
            -- Of a spell of several versions only the first and the last are here.
            CASE WHEN version.is_first THEN version.valid_from ELSE lag(version.valid_from) OVER user_edges END AS valid_from,
            -- Versions follow one another without a gap, and the last one is open.
            lead(version.valid_from) OVER user_edges AS valid_to,
            version.is_last, version.is_deleted,
            version.username, version.user_email, version.user_type, version.organization_name, version.plan_name,
            version.attributes
        FROM (
            SELECT
                compared.*,
                lead(compared.is_first, 1, true) OVER (PARTITION BY compared.user_id ORDER BY compared.valid_from) AS is_last
            FROM (
                SELECT
                    dim.user_id, dim.valid_from, dim.is_deleted,
                    dim.username, dim.user_email, dim.user_type, dim.organization_name, dim.plan_name, dim.attributes,
                    lag(false, 1, true) OVER user_versions
                        OR dim.is_deleted <> lag(dim.is_deleted) OVER user_versions
                        OR ('username' = ANY (p_attributes) AND dim.username IS DISTINCT FROM lag(dim.username) OVER user_versions)
                        OR ('user_email' = ANY (p_attributes) AND dim.user_email IS DISTINCT FROM lag(dim.user_email) OVER user_versions)
                        OR ('user_type' = ANY (p_attributes) AND dim.user_type IS DISTINCT FROM lag(dim.user_type) OVER user_versions)
                        OR ('organization_name' = ANY (p_attributes)
                            AND dim.organization_name IS DISTINCT FROM lag(dim.organization_name) OVER user_versions)
                        OR ('plan_name' = ANY (p_attributes) AND dim.plan_name IS DISTINCT FROM lag(dim.plan_name) OVER user_versions)
                        OR ('attributes' = ANY (p_attributes) AND dim.attributes IS DISTINCT FROM lag(dim.attributes) OVER user_versions)
                        AS is_first
                FROM crm.users_dim AS dim
                WINDOW user_versions AS (PARTITION BY dim.user_id ORDER BY dim.valid_from)
            ) AS compared
        ) AS version
        WHERE version.is_first
           OR version.is_last
        WINDOW user_edges AS (PARTITION BY version.user_id ORDER BY version.valid_from)
    ) AS edge
    WHERE edge.is_last
      AND NOT edge.is_deleted;
END;
$users_history$;

COMMENT ON FUNCTION crm.users_history(text[]) IS
    'Returns the history of all users by one or more attributes: a row for each time in which a user existed and none of them changed, valid in [valid_from, valid_to), without valid_to if it lasts. The others have their last values of that time. Reads the whole dimension.';
