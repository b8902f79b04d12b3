-- Reads etl.load_runs and etl.arrivals, writes internal.history.
-- Called by etl.build_history only, in a transaction of its own: it is short, and loads do not wait for it.
CREATE OR REPLACE FUNCTION etl.prepare_history()
    RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $prepare_history$
DECLARE
    v_obstacle CONSTANT text := internal.exchange_obstacle();
BEGIN
    IF v_obstacle IS NOT NULL THEN
        RETURN v_obstacle;
    END IF;

    IF EXISTS (SELECT FROM internal.history_sessions) THEN
        RAISE EXCEPTION 'another session builds the history'
            USING ERRCODE = 'object_in_use',
                  HINT = 'SELECT pid FROM pg_stat_activity WHERE application_name LIKE ''warehouse history: %'' finds it.';
    END IF;

    PERFORM internal.drop_history();
    DELETE FROM internal.history;
    INSERT INTO internal.history (pid, began_at)
    VALUES (pg_backend_pid(), clock_timestamp());

    PERFORM internal.prepare_users_dim_period(month::date)
    FROM (
        SELECT date_trunc('month', import_date::timestamp) FROM etl.load_runs
        UNION
        SELECT date_trunc('month', event_date::timestamp) FROM etl.arrivals
        UNION
        -- What arrives meanwhile.
        SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month' FROM generate_series(0, 1) AS n
    ) AS period (month);
    RETURN NULL;
END;
$prepare_history$;

COMMENT ON FUNCTION etl.prepare_history() IS
    'Returns why the partitions of crm.users_dim cannot be exchanged, or null when they can: then refuses while another session builds the history; drops what an ended one left, notes that this one begins, and makes the partitions of crm.users_dim that the days in raw need.';
