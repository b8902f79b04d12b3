-- Writes internal.history_days.
CREATE OR REPLACE FUNCTION internal.drop_history()
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $drop_history$
DECLARE
    v_name name;
BEGIN
    FOR v_name IN
        SELECT relname
        FROM pg_class
        WHERE relnamespace = 'internal'::regnamespace
          AND relkind = 'r'
          AND relname ~ '^users_dim_(open|\d{4}_\d\d)$'
    LOOP
        EXECUTE format('DROP TABLE internal.%I', v_name);
    END LOOP;
    DELETE FROM internal.history_days;
END;
$drop_history$;

COMMENT ON FUNCTION internal.drop_history() IS
    'Drops what etl.build_history has made beside crm.users_dim and not exchanged.';
