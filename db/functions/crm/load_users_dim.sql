-- Reads raw.user_events, writes crm.users_dim and etl.load_runs.
-- Rerun: the same date and the same raw rows write nothing to the dimension.
CREATE OR REPLACE FUNCTION crm.load_users_dim(import_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    -- The plans of one day are not those of the next; a day of a million events is sorted and hashed in memory;
    -- the estimates for a stage without statistics make the compiler start for nothing.
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '64MB'
    SET jit = off
AS $load_users_dim$
DECLARE
    v_started_at CONSTANT timestamptz := clock_timestamp();
    v_from       CONSTANT timestamptz := import_date::timestamptz;
    v_to         CONSTANT timestamptz := (import_date + 1)::timestamptz;
    v_snapshot   pg_snapshot;
    v_versions   bigint;
    v_rows       bigint;
    v_written    bigint := 0::bigint;
BEGIN
    PERFORM internal.begin_load('users_dim', import_date);
    v_snapshot := pg_current_snapshot();

    -- All statements below see the day as it is staged here, whatever arrives meanwhile.
    INSERT INTO internal.users_dim_stage (
        user_id, valid_from, valid_to, first_from, is_first, is_last, is_late, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk,
        open_from, open_is_deleted, open_username, open_user_email, open_user_type,
        open_organization_name, open_plan_name, open_event_sk
    )
    SELECT
        event.user_id,
        event.received_at,
        event.next_received_at,
        event.first_received_at,
        event.received_at = event.first_received_at,
        event.next_received_at IS NULL,
        coalesce(open.valid_from >= v_from, false),
        event.event_type = 'User Deleted',
        internal.blank_to_null(event.username),
        internal.blank_to_null(event.user_email),
        internal.blank_to_null(event.user_type),
        internal.blank_to_null(event.organization_name),
        internal.blank_to_null(event.plan_name),
        event.event_sk,
        open.valid_from, open.is_deleted, open.username, open.user_email, open.user_type,
        open.organization_name, open.plan_name, open.event_sk
    FROM (
        -- Of several events at one instant: Deleted over Updated over Created, then the last to arrive.
        SELECT
            user_id, received_at, event_type, username, user_email, user_type, organization_name, plan_name, event_sk,
            first_value(received_at) OVER user_day AS first_received_at,
            lead(received_at) OVER user_day AS next_received_at
        FROM raw.user_events
        WHERE received_at >= v_from
          AND received_at < v_to
        WINDOW user_day AS (
            PARTITION BY user_id
            ORDER BY received_at,
                array_position(ARRAY['User Created', 'User Updated', 'User Deleted'], event_type),
                event_sk
        )
    ) AS event
    LEFT JOIN crm.users_dim_open AS open USING (user_id)
    WHERE event.next_received_at IS DISTINCT FROM event.received_at;

    GET DIAGNOSTICS v_versions = ROW_COUNT;

    -- How many users are late decides how the open rows are best found.
    ANALYZE internal.users_dim_stage (is_first, is_last, is_late);

    -- Users without a version on or after this day: what was open is closed, the open row is rewritten in place.
    IF EXISTS (SELECT 1 FROM internal.users_dim_stage WHERE NOT is_late) THEN
        PERFORM internal.require_users_dim_period(import_date);

        INSERT INTO crm.users_dim (
            user_id, valid_from, valid_to, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        )
        SELECT *
        FROM (
            SELECT
                user_id, open_from, valid_from, open_is_deleted,
                open_username, open_user_email, open_user_type, open_organization_name, open_plan_name, open_event_sk
            FROM internal.users_dim_stage
            WHERE is_first
              AND NOT is_late
              AND open_from IS NOT NULL
            UNION ALL
            SELECT
                user_id, valid_from, valid_to, is_deleted,
                username, user_email, user_type, organization_name, plan_name, event_sk
            FROM internal.users_dim_stage
            WHERE NOT is_last
              AND NOT is_late
        ) AS closed
        ORDER BY user_id;

        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_written := v_written + v_rows;

        UPDATE crm.users_dim_open AS open
        SET valid_from = stage.valid_from,
            is_deleted = stage.is_deleted,
            username = stage.username,
            user_email = stage.user_email,
            user_type = stage.user_type,
            organization_name = stage.organization_name,
            plan_name = stage.plan_name,
            event_sk = stage.event_sk
        FROM internal.users_dim_stage AS stage
        WHERE open.user_id = stage.user_id
          AND stage.is_last
          AND NOT stage.is_late
          AND stage.open_from IS NOT NULL;

        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_written := v_written + v_rows;

        INSERT INTO crm.users_dim_open (
            user_id, valid_from, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        )
        SELECT
            user_id, valid_from, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM internal.users_dim_stage
        WHERE is_last
          AND open_from IS NULL;

        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_written := v_written + v_rows;
    END IF;

    -- All other users: the day is loaded again, or late.
    v_written := v_written + internal.splice_users_dim(v_from, v_to);

    -- TRUNCATE alone would wait for whoever reads these tables, pg_dump for one.
    BEGIN
        LOCK TABLE internal.users_dim_stage, internal.users_dim_changed, internal.users_dim_splice NOWAIT;
        TRUNCATE internal.users_dim_stage, internal.users_dim_changed, internal.users_dim_splice;
    EXCEPTION
        WHEN lock_not_available THEN
            DELETE FROM internal.users_dim_stage;
            DELETE FROM internal.users_dim_changed;
            DELETE FROM internal.users_dim_splice;
    END;

    -- The month after will be needed soon.
    PERFORM internal.prepare_users_dim_period((import_date + interval '1 month')::date);
    PERFORM internal.end_load('users_dim', import_date, v_started_at, v_snapshot, v_versions, v_written);
    RETURN v_written;
END;
$load_users_dim$;

COMMENT ON FUNCTION crm.load_users_dim(date) IS
    'Brings the versions of users that begin on one UTC day, and their neighbours in time, to the state of the raw events of that day; returns the rows written. Days in any order, any number of times. A load of this table at the same time waits. Readers and ingest never wait for a load, nor a load for them: not when it adds a period for the month to come (ATTACH PARTITION, without a default partition), not when it empties its stage; but see internal.require_users_dim_period.';
