-- Reads internal.users_dim_stage and crm.users_dim, writes internal.users_dim_changed.
-- Called by internal.load_late_users only.
CREATE OR REPLACE FUNCTION internal.find_changed_users(p_from timestamptz, p_to timestamptz, p_is_whole boolean)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- The stage is in the order of its users: to sort them again takes less time than to hash them.
    SET enable_hashagg = off
    -- Versions are looked up by index: most are still open, and need no look-up.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $find_changed_users$
DECLARE
    v_changed bigint;
BEGIN
    INSERT INTO internal.users_dim_changed (user_id, changes_from, first_from)
    SELECT stage.user_id, CASE WHEN p_is_whole THEN p_from ELSE stage.first_from END, stage.first_from
    FROM internal.users_dim_stage AS stage
    WHERE stage.is_late
      AND (
          stage.valid_from, stage.is_deleted, stage.username, stage.user_email, stage.user_type,
          stage.organization_name, stage.plan_name, stage.event_sk, stage.attributes
      ) IS DISTINCT FROM (
          stage.open_from, stage.open_is_deleted, stage.open_username, stage.open_user_email, stage.open_user_type,
          stage.open_organization_name, stage.open_plan_name, stage.open_event_sk, stage.open_attributes
      )
      AND NOT EXISTS (
          SELECT 1
          FROM crm.users_dim AS dim
          WHERE dim.user_id = stage.user_id -- for speed: event_sk alone tells which version it is
            AND dim.valid_from = stage.valid_from -- for speed: event_sk alone tells which version it is
            AND dim.valid_to >= coalesce(stage.valid_to, p_to) -- equivalent: what moved its end is new or gone itself
            AND (dim.valid_to = stage.valid_to OR stage.valid_to IS NULL) -- equivalent: what moved its end is new or gone itself
            AND (
                dim.is_deleted, dim.username, dim.user_email, dim.user_type,
                dim.organization_name, dim.plan_name, dim.event_sk, dim.attributes
            ) IS NOT DISTINCT FROM (
                stage.is_deleted, stage.username, stage.user_email, stage.user_type,
                stage.organization_name, stage.plan_name, stage.event_sk, stage.attributes
            )
            AND coalesce(dim.valid_to, 'infinity') >= p_from -- for speed: leaves out periods that cannot hold the version
      )
    GROUP BY stage.user_id, stage.first_from;

    GET DIAGNOSTICS v_changed = ROW_COUNT;
    RETURN v_changed;
END;
$find_changed_users$;

COMMENT ON FUNCTION internal.find_changed_users(timestamptz, timestamptz, boolean) IS
    'Finds the late users of the staged UTC day, which was loaded before, of whom crm.users_dim does not have a version as it should be. Returns how many.';
