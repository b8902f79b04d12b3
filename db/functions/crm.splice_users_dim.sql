-- Reads etl.users_dim_stage and etl.last_loads, writes crm.users_dim.
-- Rerun: versions that are as they should be are not touched.
CREATE OR REPLACE FUNCTION crm.splice_users_dim(p_from timestamptz, p_to timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $splice_users_dim$
DECLARE
    v_known   bigint;
    v_rows    bigint;
    v_written bigint := 0::bigint;
BEGIN
    -- As it is: the version that reaches into the day from before, and those that begin in it.
    INSERT INTO etl.users_dim_splice (
        is_new, user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    )
    SELECT
        false, dim.user_id, dim.valid_from, dim.valid_to, dim.is_deleted,
        dim.username, dim.user_email, dim.user_type, dim.organization_name, dim.plan_name, dim.event_sk
    FROM etl.users_dim_stage AS stage
    JOIN crm.users_dim AS dim USING (user_id)
    WHERE stage.is_first
      AND stage.open_from >= p_from
      AND dim.valid_from < p_to
      AND (dim.valid_to >= p_from OR dim.valid_to IS NULL);

    -- The last load of this day left more versions than that: the events of some users are gone from raw.
    v_known := (
        SELECT rows_read
        FROM etl.last_loads
        WHERE load_name = 'users_dim'
          AND import_date = p_from::date
    );
    IF v_known > (SELECT count(*) FROM etl.users_dim_splice WHERE valid_from >= p_from) THEN
        INSERT INTO etl.users_dim_splice (
            is_new, user_id, valid_from, valid_to, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        )
        SELECT
            false, dim.user_id, dim.valid_from, dim.valid_to, dim.is_deleted,
            dim.username, dim.user_email, dim.user_type, dim.organization_name, dim.plan_name, dim.event_sk
        FROM crm.users_dim AS dim
        JOIN (
            SELECT DISTINCT begun.user_id
            FROM crm.users_dim AS begun
            WHERE begun.valid_from >= p_from
              AND begun.valid_from < p_to
              AND (begun.valid_to >= p_from OR begun.valid_to IS NULL)
              AND NOT EXISTS (SELECT FROM etl.users_dim_stage AS stage WHERE stage.user_id = begun.user_id)
        ) AS gone USING (user_id)
        WHERE dim.valid_from < p_to
          AND (dim.valid_to >= p_from OR dim.valid_to IS NULL);
    END IF;

    -- As it should be: the version from before, the staged ones, each up to the next; the last up to what follows the day.
    WITH follower AS (
        SELECT user_id, CASE WHEN bool_and(valid_to IS NOT NULL) THEN max(valid_to) END AS valid_from
        FROM etl.users_dim_splice
        GROUP BY user_id
        UNION ALL
        SELECT stage.user_id, min(dim.valid_from)
        FROM etl.users_dim_stage AS stage
        JOIN crm.users_dim AS dim USING (user_id)
        WHERE stage.is_first
          AND stage.open_from >= p_from
          AND (dim.valid_to >= p_to OR dim.valid_to IS NULL)
          AND NOT EXISTS (SELECT FROM etl.users_dim_splice AS splice WHERE splice.user_id = stage.user_id)
        GROUP BY stage.user_id
    ),
    version AS (
        SELECT
            user_id, valid_from, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM etl.users_dim_splice
        WHERE valid_from < p_from
        UNION ALL
        SELECT
            user_id, valid_from, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM etl.users_dim_stage
        WHERE open_from >= p_from
    )
    INSERT INTO etl.users_dim_splice (
        is_new, user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    )
    SELECT
        true, version.user_id, version.valid_from,
        lead(version.valid_from, 1, follower.valid_from) OVER (PARTITION BY user_id ORDER BY version.valid_from),
        version.is_deleted,
        version.username, version.user_email, version.user_type, version.organization_name, version.plan_name,
        version.event_sk
    FROM version
    JOIN follower USING (user_id);

    PERFORM crm.add_users_dim_period(month)
    FROM (
        SELECT DISTINCT date_trunc('month', valid_to)::date AS month
        FROM etl.users_dim_splice
        WHERE is_new
          AND valid_to IS NOT NULL
    ) AS period;

    -- What is as it should be is left alone.
    DELETE FROM crm.users_dim AS dim
    USING (
        SELECT
            user_id, valid_from, valid_to, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM etl.users_dim_splice
        WHERE NOT is_new
        EXCEPT
        SELECT
            user_id, valid_from, valid_to, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM etl.users_dim_splice
        WHERE is_new
    ) AS old
    WHERE dim.user_id = old.user_id
      AND dim.valid_from = old.valid_from
      AND (dim.valid_to >= p_from OR dim.valid_to IS NULL);

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
    EXCEPT
    SELECT
        user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    FROM etl.users_dim_splice
    WHERE NOT is_new
    ORDER BY user_id;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_written + v_rows;
END;
$splice_users_dim$;

COMMENT ON FUNCTION crm.splice_users_dim(timestamptz, timestamptz) IS
    'The part of crm.load_users_dim for users with versions on or after the day that is staged in etl.users_dim_stage; returns the rows written.';
