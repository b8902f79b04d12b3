CREATE OR REPLACE FUNCTION crm.users_history(VARIADIC p_attributes text[])
    RETURNS TABLE (
        user_id text, valid_from timestamptz, valid_to timestamptz,
        username text, user_email text, user_type text, organization_name text, plan_name text,
        attributes jsonb
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    -- The attributes are known to each plan: of the others it sorts and compares nulls.
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
        spell.user_id, spell.valid_from, spell.valid_to,
        spell.username, spell.user_email, spell.user_type, spell.organization_name, spell.plan_name,
        spell.attributes
    FROM (
        SELECT
            version.user_id, version.valid_from,
            -- Versions follow one another without a gap, and the last one is open.
            -- equivalent: they come in this order, which nobody promises
            lead(version.valid_from) OVER (PARTITION BY version.user_id ORDER BY version.valid_from) AS valid_to,
            version.is_deleted,
            version.username, version.user_email, version.user_type, version.organization_name, version.plan_name,
            version.attributes
        FROM (
            SELECT
                asked.*,
                (
                    asked.is_deleted, asked.username, asked.user_email, asked.user_type, asked.organization_name, asked.plan_name,
                    asked.attributes
                ) IS DISTINCT FROM (
                    lag(asked.is_deleted) OVER user_versions, lag(asked.username) OVER user_versions,
                    lag(asked.user_email) OVER user_versions, lag(asked.user_type) OVER user_versions,
                    lag(asked.organization_name) OVER user_versions, lag(asked.plan_name) OVER user_versions,
                    lag(asked.attributes) OVER user_versions
                ) AS is_change
            FROM (
                SELECT
                    dim.user_id, dim.valid_from, dim.is_deleted,
                    CASE WHEN 'username' = ANY (p_attributes) THEN dim.username END AS username,
                    CASE WHEN 'user_email' = ANY (p_attributes) THEN dim.user_email END AS user_email,
                    CASE WHEN 'user_type' = ANY (p_attributes) THEN dim.user_type END AS user_type,
                    CASE WHEN 'organization_name' = ANY (p_attributes) THEN dim.organization_name END AS organization_name,
                    CASE WHEN 'plan_name' = ANY (p_attributes) THEN dim.plan_name END AS plan_name,
                    CASE WHEN 'attributes' = ANY (p_attributes) THEN dim.attributes END AS attributes
                FROM crm.users_dim AS dim
            ) AS asked
            WINDOW user_versions AS (PARTITION BY asked.user_id ORDER BY asked.valid_from)
        ) AS version
        WHERE version.is_change
    ) AS spell
    WHERE NOT spell.is_deleted;
END;
$users_history$;

COMMENT ON FUNCTION crm.users_history(text[]) IS
    'Returns the history of all users by one or more attributes: a row for each time in which a user existed and none of them changed, valid in [valid_from, valid_to), without valid_to if it lasts. The other attributes are null. Reads the whole dimension.';
