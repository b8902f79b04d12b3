-- Writes internal.history and internal.history_days.
CREATE OR REPLACE FUNCTION etl.abandon_history(p_forgets boolean DEFAULT true)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $abandon_history$
BEGIN
    IF NOT EXISTS (SELECT FROM internal.history) OR EXISTS (SELECT FROM internal.history_sessions) THEN
        RETURN;
    END IF;

    PERFORM internal.drop_history();
    DELETE FROM internal.history
    WHERE p_forgets;
END;
$abandon_history$;

COMMENT ON FUNCTION etl.abandon_history(boolean) IS
    'Drops what a call of etl.build_history that was ended left beside crm.users_dim; nothing while one runs. Forgets the call as well, unless p_forgets is false: until then etl.catch_up loads day by day.';
