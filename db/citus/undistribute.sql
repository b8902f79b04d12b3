-- The way back: takes all data of the warehouse to the coordinator, which must have room for it. A DBA runs it there,
-- as the owner, and db/migrate afterwards; ingest, loads and readers wait. All or nothing; again, it changes nothing.
-- usage: psql --no-psqlrc --file=db/citus/undistribute.sql
\set ON_ERROR_STOP on
\set QUIET on
\set VERBOSITY terse
BEGIN;
SET LOCAL client_min_messages = 'error';

DO $undistribute$
DECLARE
    v_table   regclass;
    v_comment text;
    -- LIKE does not copy them.
    v_options text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = 'raw.user_events'::regclass);
    -- undistribute_table() loses them.
    v_comments text[] := ARRAY(
        SELECT format('COMMENT ON %s %s IS %L', object.type, object.identity, description)
        FROM pg_description
        JOIN pg_class ON pg_class.oid = objoid AND relkind IN ('r', 'p')
        CROSS JOIN LATERAL (
            SELECT CASE WHEN objsubid = 0 THEN 'TABLE' ELSE 'COLUMN' END AS type, identity
            FROM pg_identify_object(classoid, objoid, objsubid)
        ) AS object
        WHERE classoid = 'pg_class'::regclass
          AND relnamespace::regnamespace::text IN ('raw', 'crm', 'etl', 'internal')
    );
BEGIN
    IF to_regproc('undistribute_table') IS NULL THEN
        RAISE EXCEPTION 'no citus extension in database %: there is nothing to undo', current_database();
    END IF;

    FOR v_table IN
        SELECT logicalrelid
        FROM pg_dist_partition
        WHERE logicalrelid IN (
            'crm.users_dim'::regclass, 'crm.organizations_dim'::regclass, 'crm.organization_name_history'::regclass,
            'internal.users_dim_arrived'::regclass,
            'internal.users_dim_stage'::regclass, 'internal.users_dim_changed'::regclass,
            'internal.users_dim_neighbors'::regclass, 'internal.users_dim_differences'::regclass
        )
    LOOP
        PERFORM undistribute_table(v_table);
    END LOOP;
    -- undistribute_table() loses it.
    ALTER TABLE crm.users_dim REPLICA IDENTITY FULL;

    -- Citus does not take back a table with an identity column.
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'raw.user_events'::regclass) THEN
        CREATE TABLE raw.user_events_here (LIKE raw.user_events INCLUDING ALL);
        INSERT INTO raw.user_events_here (
            event_sk, event_key, user_id, event_type, username, user_email, user_type,
            organization_name, plan_name, received_at, extra, ingested_at, sequence
        )
        SELECT
            event_sk, event_key, user_id, event_type, username, user_email, user_type,
            organization_name, plan_name, received_at, extra, ingested_at, sequence
        FROM raw.user_events;
        PERFORM setval('raw.user_events_here_event_sk_seq', nextval('raw.user_events_event_sk_seq'));
        -- With the view of it, which db/migrate makes again.
        DROP TABLE raw.user_events CASCADE;
        ALTER TABLE raw.user_events_here RENAME TO user_events;
        EXECUTE format('ALTER TABLE raw.user_events SET (%s)', v_options);
        ALTER TABLE raw.user_events RENAME CONSTRAINT user_events_here_pkey TO user_events_pk;
        ALTER INDEX raw.user_events_here_event_sk_idx RENAME TO user_events_event_sk_ix;
        ALTER SEQUENCE raw.user_events_here_event_sk_seq RENAME TO user_events_event_sk_seq;
    END IF;

    EXECUTE format('ALTER DATABASE %I RESET citus.max_cached_conns_per_worker', current_database());

    FOREACH v_comment IN ARRAY v_comments LOOP
        EXECUTE v_comment;
    END LOOP;
END;
$undistribute$;

COMMIT;
