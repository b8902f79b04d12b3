-- Reads internal.history and internal.history_days, writes crm.users_dim, etl.load_runs and internal.outdated_days.
-- Called by etl.build_history only.
-- Overtaken: since the versions were made a user was erased, old events were removed, the rules changed, another session began to build
-- the history, or a load wrote to a partition that is newer.
CREATE OR REPLACE FUNCTION etl.exchange_history()
    RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    -- New queries wait behind us, so not for long.
    SET lock_timeout = '100ms'
AS $exchange_history$
-- The bounds are what PostgreSQL itself prints.
-- @plpgsql_check_options: security_warnings = false
DECLARE
    c_tries      CONSTANT integer := 5; -- equivalent: a second need not be exact
    v_history    internal.history;
    v_overtaken  date[];
    v_partition  record;
    v_is_written boolean;
BEGIN
    PERFORM internal.begin_change('etl.build_history');
    PERFORM internal.lock_load('users_dim');
    SELECT *
    INTO v_history
    FROM internal.history
    WHERE pid = pg_backend_pid();

    IF v_history.ground IS DISTINCT FROM internal.ground_of_history() THEN
        RETURN 'overtaken';
    END IF;
    -- A partition that was added meanwhile stays.
    FOR v_partition IN SELECT * FROM internal.users_dim_partitions WHERE twin IS NULL LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', v_partition.partition) INTO v_is_written;
        IF v_is_written THEN
            RETURN 'overtaken';
        END IF;
    END LOOP;

    -- Loads that have seen more than we have.
    v_overtaken := ARRAY(
        SELECT DISTINCT import_date
        FROM etl.load_runs
        WHERE load_name = 'users_dim'
          AND load_run_sk > v_history.last_run
    );
    -- Which rows differ is not known: they were never compared.
    PERFORM internal.note_changed_days('users_dim', '{(,)}');
    PERFORM internal.end_load(
        'users_dim', import_date, v_history.began_at, v_history.snapshot, sum(n_versions)::bigint, sum(n_versions)::bigint, NULL,
        max(newest_event)
    )
    FROM (
        SELECT import_date, n_versions, newest_event
        FROM internal.history_days
        UNION ALL
        SELECT import_date, 0, NULL
        FROM etl.load_runs
        WHERE load_name = 'users_dim'
        UNION ALL
        SELECT unnest(v_history.days), 0, NULL
        UNION ALL
        -- Also one of which raw lost all events before a load.
        SELECT event_date, 0, NULL
        FROM etl.arrivals
        WHERE v_history.days IS NULL
    ) AS loaded
    WHERE import_date::timestamptz >= internal.retention_start()
    GROUP BY import_date;

    INSERT INTO internal.outdated_days (load_name, import_date, reason)
    SELECT 'users_dim', day, 'loaded while the history was built'
    FROM unnest(v_overtaken) AS day
    WHERE day::timestamptz >= internal.retention_start();

    FOR v_try IN 1 .. c_tries LOOP -- equivalent: nor need they here
        BEGIN
            LOCK TABLE crm.users_dim IN ACCESS EXCLUSIVE MODE;
            EXIT;
        EXCEPTION
            WHEN lock_not_available THEN
                IF v_try = c_tries THEN
                    RAISE;
                END IF;
                PERFORM pg_sleep(0.2);
        END;
    END LOOP;
    FOR v_partition IN SELECT * FROM internal.users_dim_partitions WHERE twin IS NOT NULL LOOP
        EXECUTE format('ALTER TABLE crm.users_dim DETACH PARTITION crm.%I', v_partition.name);
        EXECUTE format('DROP TABLE crm.%I', v_partition.name);
        EXECUTE format('ALTER TABLE internal.%I SET SCHEMA crm', v_partition.name);
        EXECUTE format('ALTER TABLE crm.users_dim ATTACH PARTITION crm.%I %s', v_partition.name, v_partition.bounds);
        EXECUTE format('ALTER TABLE crm.%I DROP CONSTRAINT exchanged_ck', v_partition.name);
    END LOOP;
    PERFORM internal.drop_history();
    DELETE FROM internal.history;
    RETURN 'done';
EXCEPTION
    WHEN lock_not_available THEN
        RETURN 'locked';
END;
$exchange_history$;

COMMENT ON FUNCTION etl.exchange_history() IS
    'Exchanges the partitions of crm.users_dim for those that etl.begin_history made. Returns done; or changes nothing and returns locked, when others hold the dimension, or overtaken, when the new versions must be made anew.';
