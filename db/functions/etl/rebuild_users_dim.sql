-- Reads raw.user_events and etl.purges, writes crm.users_dim and etl.load_runs.
-- Rerun: the same raw events and rules write nothing to the dimension.
-- The raw events of all days are used, and the versions of days that raw.drop_before removed. Readers see the old dimension until the
-- commit. etl.build_history does the same in less time, where partitions can be exchanged.
CREATE OR REPLACE FUNCTION etl.rebuild_users_dim(p_rows integer DEFAULT 10)
    RETURNS TABLE (change text, total bigint, old_row jsonb, new_row jsonb)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '256MB'
    SET jit = off
AS $rebuild_users_dim$
DECLARE
    v_started_at CONSTANT timestamptz := clock_timestamp();
    v_from       timestamptz;
    v_snapshot   pg_snapshot;
BEGIN
    PERFORM internal.begin_change('etl.rebuild_users_dim');
    PERFORM internal.lock_load('users_dim');
    v_snapshot := internal.load_snapshot();
    -- Only now: we may have waited for raw.drop_before.
    v_from := internal.retention_start();
    PERFORM internal.find_users_dim_differences(v_from);

    RETURN QUERY SELECT * FROM internal.show_users_dim_differences(p_rows);

    PERFORM internal.require_users_dim_period(month)
    FROM (
        SELECT DISTINCT date_trunc('month', valid_to)::date AS month -- for speed: a month may have many versions
        FROM internal.users_dim_differences
        WHERE valid_to IS NOT NULL
    ) AS period;

    IF internal.keeps_changes() THEN
        -- Materialized for Citus: the shards would put in their own xid.
        INSERT INTO internal.users_dim_changes (user_id, first_from, until)
        WITH changed AS MATERIALIZED (SELECT user_id, valid_from AS first_from, valid_from AS until FROM internal.users_dim_differences)
        SELECT * FROM changed;
    END IF;

    DELETE FROM crm.users_dim AS dim
    USING internal.users_dim_differences AS difference
    WHERE dim.user_id = difference.user_id
      AND dim.valid_from = difference.valid_from;

    INSERT INTO crm.users_dim (
        user_id, valid_from, valid_to, is_valid, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, attributes
    )
    SELECT
        user_id, valid_from, valid_to, valid_to IS NULL, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, attributes
    FROM internal.users_dim_differences AS difference
    WHERE difference.change <> 'removed'
    ORDER BY user_id; -- for speed: neighbours in this order are neighbours in a period

    IF EXISTS (SELECT FROM etl.check_users_dim()) THEN
        RAISE EXCEPTION 'the dimension that was built breaks its own rules'
            USING ERRCODE = 'data_exception',
                  HINT = 'The old one stays; SELECT * FROM etl.check_users_dim() tells whether that one is well.';
    END IF;

    PERFORM internal.note_changed_days('users_dim', datemultirange(daterange(min(valid_from)::date, NULL)))
    FROM internal.users_dim_differences
    HAVING count(*) > 0;

    -- Each day is loaded now.
    PERFORM internal.end_load(
        'users_dim', day, v_started_at, v_snapshot, sum(n_versions)::bigint, sum(n_written)::bigint, NULL,
        max(newest_event) -- equivalent: one row of a day has it
    )
    FROM (
        SELECT (dim.valid_from AT TIME ZONE 'UTC')::date AS day, count(*) AS n_versions, 0 AS n_written,
            -- equivalent: a microsecond more or less is as good
            max(dim.valid_from) FILTER (WHERE dim.valid_from <= v_started_at) AS newest_event
        FROM crm.users_dim AS dim
        GROUP BY 1
        UNION ALL -- for speed: no two rows are equal
        SELECT (difference.valid_from AT TIME ZONE 'UTC')::date, 0, count(*), NULL
        FROM internal.users_dim_differences AS difference
        GROUP BY 1
        UNION ALL -- for speed: a day may come twice
        SELECT import_date, 0, 0, NULL::timestamptz
        FROM etl.load_runs
        WHERE load_name = 'users_dim'
        UNION ALL -- for speed: a day may come twice
        -- Also one of which raw lost all events before a load.
        SELECT event_date, 0, 0, NULL::timestamptz
        FROM etl.arrivals
    ) AS loaded
    WHERE day::timestamptz >= v_from
    GROUP BY day;

    PERFORM internal.empty_users_dim_stage();
END;
$rebuild_users_dim$;

COMMENT ON FUNCTION etl.rebuild_users_dim(integer) IS
    'Builds the dimension anew in one transaction: writes the versions that differ in place, and checks the result. Returns the first p_rows versions that are added, changed and removed, as they were and as they are, with the total of each kind. Loads of the dimension wait. ROLLBACK undoes it.';
