-- Reads etl.users_dim_stage, etl.last_loads and crm.users_dim, writes crm.users_dim.
-- Rerun: versions that are as they should be are not touched.
CREATE OR REPLACE FUNCTION crm.splice_users_dim(p_from timestamptz, p_to timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $splice_users_dim$
DECLARE
    v_known bigint;
BEGIN
    v_known := (
        SELECT rows_read
        FROM etl.last_loads
        WHERE load_name = 'users_dim'
          AND import_date = p_from::date
    );

    -- As it is, of each user of whom a version is not as it should be: the version that reaches into the
    -- day from before, and those that begin in it. A day that was not loaded has no version to look for.
    INSERT INTO etl.users_dim_splice (
        is_new, user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    )
    SELECT
        false, changed.user_id, dim.valid_from, dim.valid_to, dim.is_deleted,
        dim.username, dim.user_email, dim.user_type, dim.organization_name, dim.plan_name, dim.event_sk
    FROM (
        SELECT DISTINCT stage.user_id
        FROM etl.users_dim_stage AS stage
        WHERE stage.is_late
          AND (
              stage.valid_from, stage.is_deleted, stage.username, stage.user_email, stage.user_type,
              stage.organization_name, stage.plan_name, stage.event_sk
          ) IS DISTINCT FROM (
              stage.open_from, stage.open_is_deleted, stage.open_username, stage.open_user_email, stage.open_user_type,
              stage.open_organization_name, stage.open_plan_name, stage.open_event_sk
          )
          AND (v_known IS NULL OR NOT EXISTS (
              SELECT 1
              FROM crm.users_dim AS dim
              WHERE dim.user_id = stage.user_id
                AND dim.valid_from = stage.valid_from
                AND dim.valid_to >= coalesce(stage.valid_to, p_to)
                AND (dim.valid_to = stage.valid_to OR stage.valid_to IS NULL)
                AND (
                    dim.is_deleted, dim.username, dim.user_email, dim.user_type,
                    dim.organization_name, dim.plan_name, dim.event_sk
                ) IS NOT DISTINCT FROM (
                    stage.is_deleted, stage.username, stage.user_email, stage.user_type,
                    stage.organization_name, stage.plan_name, stage.event_sk
                )
                AND coalesce(dim.valid_to, 'infinity') >= p_from
          ))
        -- Not needed, but neighbours in the order of user_id are neighbours in a period too.
        ORDER BY stage.user_id
    ) AS changed
    LEFT JOIN crm.users_dim AS dim
        ON dim.user_id = changed.user_id
        AND dim.valid_from < p_to
        AND coalesce(dim.valid_to, 'infinity') >= p_from;

    -- The last load of this day left more versions than are left: events of some users are gone from raw.
    IF v_known > (SELECT count(*) FROM etl.users_dim_splice WHERE valid_from >= p_from) + (
        SELECT count(*)
        FROM etl.users_dim_stage AS stage
        WHERE stage.is_late
          AND NOT EXISTS (SELECT 1 FROM etl.users_dim_splice AS splice WHERE splice.user_id = stage.user_id)
    ) THEN
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
              AND coalesce(begun.valid_to, 'infinity') >= p_from
              AND NOT EXISTS (
                  SELECT 1
                  FROM etl.users_dim_stage AS stage
                  WHERE stage.user_id = begun.user_id
                    AND stage.valid_from = begun.valid_from
              )
              AND NOT EXISTS (SELECT 1 FROM etl.users_dim_splice AS splice WHERE splice.user_id = begun.user_id)
        ) AS gone USING (user_id)
        WHERE dim.valid_from < p_to
          AND coalesce(dim.valid_to, 'infinity') >= p_from;
    END IF;

    IF NOT EXISTS (SELECT 1 FROM etl.users_dim_splice) THEN
        RETURN 0::bigint;
    END IF;

    -- As it should be: the version from before, the staged ones, each up to the next; the last up to what follows the day.
    INSERT INTO etl.users_dim_splice (
        is_new, user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, old_valid_to
    )
    WITH follower AS (
        SELECT user_id, max(coalesce(valid_to, 'infinity')) AS valid_from
        FROM etl.users_dim_splice
        WHERE valid_from IS NOT NULL
        GROUP BY user_id
        UNION ALL
        SELECT splice.user_id, min(dim.valid_from)
        FROM etl.users_dim_splice AS splice
        JOIN crm.users_dim AS dim USING (user_id)
        WHERE splice.valid_from IS NULL
          AND coalesce(dim.valid_to, 'infinity') >= p_to
        GROUP BY splice.user_id
    ),
    version AS (
        SELECT
            user_id, valid_from, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk,
            coalesce(valid_to, 'infinity') AS old_valid_to, false AS is_changed
        FROM etl.users_dim_splice
        WHERE valid_from < p_from
        UNION ALL
        SELECT
            stage.user_id, stage.valid_from, stage.is_deleted,
            stage.username, stage.user_email, stage.user_type, stage.organization_name, stage.plan_name, stage.event_sk,
            CASE WHEN old.user_id IS NOT NULL THEN coalesce(old.valid_to, 'infinity') END,
            (
                stage.is_deleted, stage.username, stage.user_email, stage.user_type,
                stage.organization_name, stage.plan_name, stage.event_sk
            ) IS DISTINCT FROM (
                old.is_deleted, old.username, old.user_email, old.user_type,
                old.organization_name, old.plan_name, old.event_sk
            )
        FROM etl.users_dim_stage AS stage
        LEFT JOIN etl.users_dim_splice AS old USING (user_id, valid_from)
        WHERE stage.is_late
    )
    SELECT
        true, user_id, valid_from, nullif(valid_to, 'infinity'), is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, old_valid_to
    FROM (
        SELECT
            version.*,
            lead(version.valid_from, 1, follower.valid_from) OVER (PARTITION BY user_id ORDER BY version.valid_from) AS valid_to
        FROM version
        JOIN follower USING (user_id)
    ) AS version
    WHERE is_changed
       OR valid_to <> old_valid_to;

    -- A version without its event goes.
    INSERT INTO etl.users_dim_splice (is_new, user_id, valid_from, old_valid_to)
    SELECT true, old.user_id, old.valid_from, coalesce(old.valid_to, 'infinity')
    FROM etl.users_dim_splice AS old
    WHERE NOT old.is_new
      AND old.valid_from >= p_from
      AND NOT EXISTS (
          SELECT 1
          FROM etl.users_dim_stage AS stage
          WHERE stage.user_id = old.user_id
            AND stage.valid_from = old.valid_from
      );

    PERFORM crm.add_users_dim_period(month)
    FROM (
        SELECT DISTINCT date_trunc('month', valid_to)::date AS month
        FROM etl.users_dim_splice
        WHERE is_new
          AND valid_to IS NOT NULL
    ) AS period;

    RETURN crm.write_users_dim_splice(p_from);
END;
$splice_users_dim$;

COMMENT ON FUNCTION crm.splice_users_dim(timestamptz, timestamptz) IS
    'The part of crm.load_users_dim for users with versions on or after the day that is staged in etl.users_dim_stage; returns the rows written.';
