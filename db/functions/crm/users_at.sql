CREATE OR REPLACE FUNCTION crm.users_at(p_at timestamptz)
    RETURNS TABLE (
        user_id text, username text, user_email text, user_type text, organization_name text,
        organization_key text, plan_name text, valid_from timestamptz,
        attributes jsonb
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    -- The moment is known to each plan: only the periods that matter are read.
    SET plan_cache_mode = 'force_custom_plan'
AS $users_at$
BEGIN
    RETURN QUERY
    SELECT
        dim.user_id,
        dim.username,
        dim.user_email,
        dim.user_type,
        dim.organization_name,
        organization.organization_key,
        dim.plan_name,
        dim.valid_from,
        dim.attributes
    FROM crm.users_dim AS dim
    -- The organization that had the name when the event gave it.
    LEFT JOIN crm.organization_name_history AS organization
        ON organization.organization_name = dim.organization_name
        AND organization.named_from <= dim.valid_from
        AND organization.named_until > dim.valid_from
    WHERE dim.valid_from <= p_at
      -- The partition key: periods that ended before are neither read nor locked.
      AND coalesce(dim.valid_to, 'infinity') >= p_at
      AND dim.valid_to IS DISTINCT FROM p_at
      AND NOT dim.is_deleted;
END;
$users_at$;

COMMENT ON FUNCTION crm.users_at(timestamptz) IS
    'Returns each user that existed at a moment, in the state at that moment; columns as in crm.users_current.';
