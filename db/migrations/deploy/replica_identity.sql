-- Deploy warehouse:replica_identity to pg
-- requires: organization_versions
-- requires: future_events
BEGIN;

-- A table that is published needs one for UPDATE and DELETE. The key of the dimension is none that its partitions could
-- share: a subscriber of the whole finds a version by all that it was.
DO $full$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN
        SELECT relid FROM pg_partition_tree('crm.users_dim')
        UNION ALL
        SELECT unnest(ARRAY['etl.catch_up_schedule', 'etl.erasure_secret', 'etl.settings']::regclass[])
    LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', v_table);
    END LOOP;
END;
$full$;

COMMIT;
