-- Revert warehouse:roles from pg
BEGIN;

GRANT USAGE ON SCHEMA public TO PUBLIC;

-- Not DROP OWNED: that takes the roles' rights to other databases as well.
REVOKE ALL ON ALL TABLES IN SCHEMA raw, crm, reports, etl FROM warehouse_ingest, warehouse_load, warehouse_read;
REVOKE ALL ON ALL ROUTINES IN SCHEMA raw, crm, reports, etl FROM warehouse_ingest, warehouse_load, warehouse_read;
REVOKE ALL ON SCHEMA raw, crm, reports, etl FROM warehouse_ingest, warehouse_load, warehouse_read;

DO $roles$
DECLARE
    v_role text;
BEGIN
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM warehouse_ingest, warehouse_load, warehouse_read', current_database());
    FOREACH v_role IN ARRAY ARRAY['warehouse_ingest', 'warehouse_load', 'warehouse_read'] LOOP
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
