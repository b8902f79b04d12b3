-- Reads raw.user_events and crm.users_dim, writes internal.history, internal.history_days and tables of the schema internal.
-- Called by etl.build_history only.
CREATE OR REPLACE FUNCTION etl.begin_history(p_days date[])
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '256MB'
    SET maintenance_work_mem = '512MB'
    SET jit = off
AS $begin_history$
DECLARE
    c_room     CONSTANT bigint := 5::bigint; -- halves of what raw takes: once sorted, once kept for the writing, and written with indexes
    v_began_at CONSTANT timestamptz := clock_timestamp();
    v_days     date[];
BEGIN
    PERFORM internal.begin_change('etl.build_history');
    UPDATE internal.history
    SET snapshot = internal.load_snapshot(),
        last_run = (SELECT coalesce(max(load_run_sk), 0) FROM etl.load_runs WHERE load_name = 'users_dim'),
        ground = internal.ground_of_history(),
        days = p_days
    WHERE pid = pg_backend_pid();

    IF p_days IS NOT NULL THEN -- the days that are loaded stay so
        v_days := p_days || ARRAY(SELECT DISTINCT import_date FROM etl.load_runs WHERE load_name = 'users_dim');
        IF NOT EXISTS (SELECT FROM etl.arrivals WHERE event_date <> ALL (v_days)) THEN
            v_days := NULL; -- for speed: raw has no others
        END IF;
    END IF;
    RAISE NOTICE 'history: takes about % of disk, half of it for a while',
        pg_size_pretty(pg_relation_size('raw.user_events') * c_room / 2);
    PERFORM internal.write_history(internal.retention_start(), v_days);

    INSERT INTO internal.history_days (import_date, n_versions, newest_event)
    SELECT *
    FROM internal.count_history_days(v_began_at);
END;
$begin_history$;

COMMENT ON FUNCTION etl.begin_history(date[]) IS
    'Makes all versions of the dimension, of all UTC days, or of those given besides those that are loaded, in new partitions beside the old ones.';
