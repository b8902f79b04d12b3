-- Deploy warehouse:roles to pg
BEGIN;

-- Roles belong to the whole server: another database may have made them, or be about to.
-- What they may do is in db/grants.sql, which is reloaded with the functions.
DO $roles$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['warehouse_ingest', 'warehouse_load', 'warehouse_read'] LOOP
        CONTINUE WHEN to_regrole(v_role) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
        EXCEPTION
            WHEN unique_violation THEN NULL;
        END;
    END LOOP;
END;
$roles$;

COMMIT;
