-- Reads etl.users_dim_splice, writes crm.users_dim.
-- Called by crm.splice_users_dim only.
CREATE OR REPLACE FUNCTION crm.write_users_dim_splice(p_from timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- Each row is looked up in the one period it is in. The planner, which expects it to be looked for in
    -- all of them, would rather read them whole.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $write_users_dim_splice$
DECLARE
    v_rows    bigint;
    v_written bigint := 0::bigint;
BEGIN
    DELETE FROM crm.users_dim AS dim
    USING etl.users_dim_splice AS gone
    WHERE gone.is_new
      AND gone.event_sk IS NULL
      AND dim.user_id = gone.user_id
      AND dim.valid_from = gone.valid_from
      AND coalesce(dim.valid_to, 'infinity') = gone.old_valid_to
      AND coalesce(dim.valid_to, 'infinity') >= p_from;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    v_written := v_written + v_rows;

    UPDATE crm.users_dim AS dim
    SET valid_to = new.valid_to,
        is_deleted = new.is_deleted,
        username = new.username,
        user_email = new.user_email,
        user_type = new.user_type,
        organization_name = new.organization_name,
        plan_name = new.plan_name,
        event_sk = new.event_sk
    FROM etl.users_dim_splice AS new
    WHERE new.is_new
      AND new.event_sk IS NOT NULL
      AND new.old_valid_to IS NOT NULL
      AND dim.user_id = new.user_id
      AND dim.valid_from = new.valid_from
      AND coalesce(dim.valid_to, 'infinity') = new.old_valid_to
      AND coalesce(dim.valid_to, 'infinity') >= p_from;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    v_written := v_written + v_rows;

    INSERT INTO crm.users_dim (
        user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    )
    SELECT
        user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    FROM etl.users_dim_splice
    WHERE is_new
      AND old_valid_to IS NULL
    ORDER BY user_id;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_written + v_rows;
END;
$write_users_dim_splice$;

COMMENT ON FUNCTION crm.write_users_dim_splice(timestamptz) IS
    'The last part of crm.splice_users_dim: writes the rows of etl.users_dim_splice; none of them ended before the day. Returns the rows written.';
