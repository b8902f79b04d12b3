-- Writes internal.history_days.
CREATE OR REPLACE FUNCTION internal.drop_history()
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $drop_history$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN
        SELECT oid
        FROM pg_class
        WHERE relnamespace = 'internal'::regnamespace
          AND relkind = 'r'
          AND relname ~ '^users_dim_(open|\d{4}_\d\d)$'
    LOOP
        EXECUTE format('DROP TABLE %s', v_table);
    END LOOP;
    DELETE FROM internal.history_days;
END;
$drop_history$;

COMMENT ON FUNCTION internal.drop_history() IS
    'Drops what etl.build_history has made beside crm.users_dim and not exchanged.';
