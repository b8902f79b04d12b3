-- Reads internal.users_dim_stage, etl.last_loads and crm.users_dim, writes crm.users_dim.
-- Rerun: users whose versions are as they should be are not touched.
CREATE OR REPLACE FUNCTION internal.load_late_users(p_from timestamptz, p_to timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $load_late_users$
DECLARE
    v_month   CONSTANT timestamptz := date_trunc('month', p_from);
    v_known   bigint;
    v_rows    bigint;
    v_written bigint;
BEGIN
    v_known := (
        SELECT rows_read
        FROM etl.last_loads
        WHERE load_name = 'users_dim'
          AND import_date = p_from::date
    );

    -- A day that was not loaded has no version to compare with.
    INSERT INTO internal.users_dim_changed (user_id, first_from)
    SELECT stage.user_id, min(stage.first_from)
    FROM internal.users_dim_stage AS stage
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
    GROUP BY stage.user_id;

    -- Most versions end soon: those of the first periods are read before the others are looked for in all.
    PERFORM internal.find_users_dim_neighbors(p_from, p_to, v_month + interval '1 month -1 microsecond');
    PERFORM internal.find_users_dim_neighbors(p_from, p_to, v_month + interval '2 months -1 microsecond');
    PERFORM internal.find_users_dim_neighbors(p_from, p_to, 'infinity');

    -- The last load of this day left more versions than are left: events of some users are gone from raw.
    IF v_known > (SELECT coalesce(sum(n_begun), 0) FROM internal.users_dim_neighbors) + (
        SELECT count(*)
        FROM internal.users_dim_stage AS stage
        WHERE stage.is_late
          AND NOT EXISTS (SELECT 1 FROM internal.users_dim_changed AS changed WHERE changed.user_id = stage.user_id)
    ) THEN
        INSERT INTO internal.users_dim_changed (user_id, first_from)
        SELECT begun.user_id, min(first.first_from)
        FROM crm.users_dim AS begun
        LEFT JOIN internal.users_dim_stage AS first ON first.user_id = begun.user_id AND first.is_first
        WHERE begun.valid_from >= p_from
          AND begun.valid_from < p_to
          AND coalesce(begun.valid_to, 'infinity') >= p_from
          AND NOT EXISTS (
              SELECT 1
              FROM internal.users_dim_stage AS stage
              WHERE stage.user_id = begun.user_id
                AND stage.valid_from = begun.valid_from
          )
          AND NOT EXISTS (SELECT 1 FROM internal.users_dim_changed AS changed WHERE changed.user_id = begun.user_id)
        GROUP BY begun.user_id;

        PERFORM internal.find_users_dim_neighbors(p_from, p_to, 'infinity');
    END IF;

    IF NOT EXISTS (SELECT 1 FROM internal.users_dim_changed) THEN
        RETURN 0::bigint;
    END IF;

    -- Users whose first version of all is after the day.
    INSERT INTO internal.users_dim_neighbors (user_id, first_from, next_from, n_begun)
    SELECT changed.user_id, changed.first_from, min(dim.valid_from), 0
    FROM (
        SELECT user_id, min(first_from) AS first_from
        FROM internal.users_dim_changed AS changed
        WHERE NOT EXISTS (SELECT 1 FROM internal.users_dim_neighbors AS neighbor WHERE neighbor.user_id = changed.user_id)
        GROUP BY user_id
    ) AS changed
    JOIN crm.users_dim AS dim USING (user_id)
    WHERE coalesce(dim.valid_to, 'infinity') >= p_to
    GROUP BY changed.user_id, changed.first_from;

    PERFORM internal.require_users_dim_period(month)
    FROM (
        SELECT p_from::date AS month
        UNION
        SELECT date_trunc('month', next_from)::date
        FROM internal.users_dim_neighbors
        WHERE before_from IS NULL
          AND next_from < 'infinity'
    ) AS period;

    v_written := internal.clear_users_dim_day(p_from, p_to);

    INSERT INTO crm.users_dim (
        user_id, valid_from, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    )
    SELECT
        stage.user_id, stage.valid_from, coalesce(stage.valid_to, nullif(neighbor.next_from, 'infinity')), stage.is_deleted,
        stage.username, stage.user_email, stage.user_type, stage.organization_name, stage.plan_name, stage.event_sk
    FROM internal.users_dim_stage AS stage
    JOIN internal.users_dim_neighbors AS neighbor USING (user_id)
    ORDER BY stage.user_id;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_written + v_rows;
END;
$load_late_users$;

COMMENT ON FUNCTION internal.load_late_users(timestamptz, timestamptz) IS
    'The part of crm.load_users_dim for users with versions on or after the day that is staged in internal.users_dim_stage; returns the rows written.';
