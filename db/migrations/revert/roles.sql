-- Revert warehouse:roles from pg
BEGIN;

GRANT USAGE ON SCHEMA public TO PUBLIC;

DO $roles$
DECLARE
    v_role text;
BEGIN
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
    FOREACH v_role IN ARRAY ARRAY['warehouse_ingest', 'warehouse_load', 'warehouse_read'] LOOP
        EXECUTE format('DROP OWNED BY %I', v_role);
        BEGIN
            EXECUTE format('DROP ROLE %I', v_role);
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                RAISE NOTICE 'role % stays: another database uses it', v_role;
        END;
    END LOOP;
END;
$roles$;

COMMIT;
