-- Spreads the warehouse, with the data it has, over the workers of a Citus cluster. A DBA runs it once on the
-- coordinator after db/migrate, as the owner; ingest, loads and readers wait. All or nothing; again, it changes nothing.
-- usage: psql --no-psqlrc --file=db/citus/distribute.sql
\set ON_ERROR_STOP on
\set QUIET on
\set VERBOSITY terse
BEGIN;
-- What comes after the first table must be sent over the same connections.
SET LOCAL citus.multi_shard_modify_mode = 'sequential';
SET LOCAL client_min_messages = 'warning';

DO $distribute$
DECLARE
    v_table regclass;
BEGIN
    IF to_regproc('create_distributed_table') IS NULL THEN
        RAISE EXCEPTION 'no citus extension in database %: CREATE EXTENSION citus there, on every worker and on the coordinator, and citus_add_node() the workers',
            current_database();
    ELSIF NOT EXISTS (SELECT FROM citus_get_active_worker_nodes()) THEN
        RAISE EXCEPTION 'the coordinator has no workers: SELECT citus_add_node(''host'', 5432) for each';
    ELSIF NOT citus_is_coordinator() THEN
        RAISE EXCEPTION 'this server is a worker: run it on the coordinator';
    END IF;

    -- All by user_id and at the same place: the shards of a worker need nothing of another's.
    FOREACH v_table IN ARRAY ARRAY[
        'raw.user_events', 'crm.users_dim',
        'internal.users_dim_arrived', 'internal.users_dim_stage',
        'internal.users_dim_changed', 'internal.users_dim_neighbors', 'internal.users_dim_differences'
    ]::regclass[] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = v_table);
        PERFORM create_distributed_table(v_table, 'user_id', colocate_with => CASE
            WHEN v_table = 'raw.user_events'::regclass THEN 'none' ELSE 'raw.user_events'
        END);
        -- The rows were copied; those that they were copied from are hidden, and go.
        PERFORM truncate_local_data_after_distributing_table(v_table);
    END LOOP;

    -- Everybody joins with them.
    FOREACH v_table IN ARRAY ARRAY['crm.organizations_dim', 'crm.organization_name_history']::regclass[] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = v_table);
        PERFORM create_reference_table(v_table);
        PERFORM truncate_local_data_after_distributing_table(v_table);
    END LOOP;

    -- The loads call them on the shards. What db/migrate replaces from now on it replaces there too.
    PERFORM create_distributed_function('internal.blank_to_null(text)');
    PERFORM create_distributed_function('internal.user_attributes(jsonb)');
    -- An ingest talks to every shard: new connections for each batch would take longer than the batch.
    EXECUTE format('ALTER DATABASE %I SET citus.max_cached_conns_per_worker = 32', current_database());

    -- A worker is asked in the name of whoever asks. It has no password, so nobody else gets in by it.
    IF NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'warehouse_read') THEN
        ALTER ROLE warehouse_read LOGIN;
    END IF;
END;
$distribute$;

COMMIT;
