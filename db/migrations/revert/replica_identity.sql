-- Revert warehouse:replica_identity from pg
BEGIN;

DO $default$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN
        SELECT relid FROM pg_partition_tree('crm.users_dim')
        UNION ALL
        SELECT unnest(ARRAY['etl.catch_up_schedule', 'etl.erasure_secret', 'etl.settings']::regclass[])
    LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', v_table);
    END LOOP;
END;
$default$;

COMMIT;
