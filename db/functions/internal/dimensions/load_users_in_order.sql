-- Reads internal.users_dim_stage, writes crm.users_dim and internal.users_dim_changes.
-- Called by crm.load_users_dim only.
CREATE OR REPLACE FUNCTION internal.load_users_in_order(p_day date, p_reopened bigint)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- An open version is reached by its place, whatever the planner expects.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $load_users_in_order$
DECLARE
    v_rows    bigint;
    v_written bigint;
BEGIN
    PERFORM internal.require_users_dim_period(p_day);

    -- The open row is rewritten where it was found when the day was staged. First, as a subscriber to the dimension knows versions
    -- by user and beginning: the closed copy begins where the open row did.
    UPDATE crm.users_dim_open AS open
    SET valid_from = stage.valid_from,
        is_deleted = stage.is_deleted,
        username = stage.username,
        user_email = stage.user_email,
        user_type = stage.user_type,
        organization_name = stage.organization_name,
        plan_name = stage.plan_name,
        event_sk = stage.event_sk,
        attributes = stage.attributes
    FROM internal.users_dim_stage AS stage
    WHERE open.ctid = stage.open_place -- null where the user is new
      AND open.user_id = stage.user_id -- equivalent: its place alone tells which one it is
      AND stage.is_last
      AND NOT stage.is_late;

    GET DIAGNOSTICS v_written = ROW_COUNT;
    IF v_written < p_reopened THEN
        RAISE EXCEPTION 'open versions in crm.users_dim were changed by hand while % was loaded', p_day
            USING ERRCODE = 'serialization_failure',
                  HINT = 'Nothing of this load is kept. Load the day again.';
    END IF;

    -- What was open is closed; what began and ended on the day, and the open versions of new users, are added. Both in the order of
    -- the stage, that of user_id, in which neighbours are neighbours in a period.
    INSERT INTO crm.users_dim (
        user_id, valid_from, valid_to, is_valid, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, attributes
    )
    SELECT *
    FROM (
        SELECT
            user_id, open_from, valid_from, false, open_is_deleted,
            open_username, open_user_email, open_user_type, open_organization_name, open_plan_name, open_event_sk,
            open_attributes
        FROM internal.users_dim_stage
        WHERE is_first
          AND NOT is_late
          AND open_from IS NOT NULL
        UNION ALL -- for speed: no version comes twice
        SELECT
            user_id, valid_from, valid_to, valid_to IS NULL, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk, attributes
        FROM internal.users_dim_stage
        WHERE (NOT is_last OR open_from IS NULL)
          AND NOT is_late
    ) AS version; -- for Citus, which moves all rows of a UNION that is no subquery

    GET DIAGNOSTICS v_rows = ROW_COUNT;

    IF internal.keeps_changes() THEN
        -- Materialized for Citus: the shards would put in their own xid.
        INSERT INTO internal.users_dim_changes (user_id, first_from, until)
        WITH changed AS MATERIALIZED (
            SELECT user_id, coalesce(open_from, valid_from), (p_day + 1)::timestamp AT TIME ZONE 'UTC'
            FROM internal.users_dim_stage
            WHERE is_first
              AND NOT is_late
        )
        SELECT * FROM changed;
    END IF;

    RETURN v_written + v_rows;
END;
$load_users_in_order$;

COMMENT ON FUNCTION internal.load_users_in_order(date, bigint) IS
    'Writes the staged day into the dimension for users without a version on or after it. p_reopened is the expected number of rewritten open versions. Returns the rows written. Fails if another session changed an open version since the day was staged.';
