-- db/grants.sql: what each role may do, and nothing else.
\set ON_ERROR_STOP on
\ir fixtures/scratch.sql
BEGIN;
SELECT plan(51);
\ir fixtures/contract.sql

CREATE TEMP VIEW member AS
SELECT role
FROM (VALUES ('public'), ('warehouse_ingest'), ('warehouse_load'), ('warehouse_read')) AS known (role);
CREATE TEMP VIEW schema AS
SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('raw', 'crm', 'reports', 'etl', 'internal');

SELECT pg_temp.lists(
    $$
        SELECT format('%s %s', role, oid::regprocedure)
        FROM pg_proc
        CROSS JOIN member
        WHERE pronamespace IN (SELECT oid FROM schema)
          AND has_function_privilege(role, oid, 'EXECUTE')
    $$,
    ARRAY[
        'warehouse_ingest etl.import_progress(text)',
        'warehouse_ingest etl.note_of_consumer(text,text,text,boolean)',
        'warehouse_ingest etl.hear_consumer(text,text,bigint,interval)',
        'warehouse_ingest raw.ingest_organizations()',
        'warehouse_ingest raw.ingest_user_events(bytea[],text[],text[],text,bytea[],boolean[])',
        'warehouse_load crm.load_organizations_dim()',
        'warehouse_load crm.load_users_dim(date)',
        'warehouse_load etl.begin_scheduled_catch_up(interval)',
        'warehouse_load etl.abandon_history(boolean)',
        'warehouse_load etl.begin_history(date[])',
        'warehouse_load etl.begin_step(text)',
        'warehouse_load etl.build_history(date[],interval)',
        'warehouse_load etl.exchange_history()',
        'warehouse_load etl.is_due_in_one_pass(text[],date[])',
        'warehouse_load etl.open_transactions()',
        'warehouse_load etl.prepare_history()',
        'warehouse_load reports.load_user_events_of_days(date[])',
        'warehouse_load etl.catch_up()',
        'warehouse_load etl.check_expectations()',
        'warehouse_load etl.load_days(date,date)',
        'warehouse_load etl.record_load_failure(text,date,timestamp with time zone,text,text)',
        'warehouse_load etl.run_load(text,date)',
        'warehouse_load etl.run_due_load(text,date)',
        'warehouse_load etl.run_loads(text[],date[])',
        'warehouse_load etl.thin_changes()',
        'warehouse_load etl.thin_ingests()',
        'warehouse_load etl.thin_load_runs()',
        'warehouse_load reports.load_user_events_daily(date)',
        'warehouse_read crm.user_at(text,timestamp with time zone)',
        'warehouse_read crm.users_at(timestamp with time zone)',
        'warehouse_read crm.users_changed(text,text)',
        'warehouse_read crm.users_mark()',
        'warehouse_read crm.users_at(timestamp with time zone,timestamp with time zone)',
        'warehouse_read crm.users_history(text[])',
        'warehouse_read reports.user_changes_between(date,date)',
        'warehouse_read reports.user_events_between(date,date,text)',
        'warehouse_read reports.user_events_reported_on(date)',
        'warehouse_read reports.users_by_organization_between(date,date)',
        'warehouse_read reports.users_between(date,date)'
    ],
    'functions'
);
SELECT pg_temp.lists(
    $$
        SELECT format('%s %s %s', role, privilege, pg_class.oid::regclass)
        FROM pg_class
        CROSS JOIN member
        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
        WHERE relnamespace IN (SELECT oid FROM schema)
          AND relkind IN ('r', 'p', 'v', 'm')
          AND has_table_privilege(role, oid, privilege)
    $$,
    ARRAY[
        'warehouse_load SELECT etl.accepted_settings',
        'warehouse_load SELECT etl.current_notes',
        'warehouse_load SELECT etl.consumer_states',
        'warehouse_load SELECT etl.expectations',
        'warehouse_load SELECT etl.freshness',
        'warehouse_load SELECT etl.ingest_totals',
        'warehouse_load SELECT etl.ingests',
        'warehouse_load SELECT etl.last_loads',
        'warehouse_load SELECT etl.load_failures',
        'warehouse_load SELECT etl.load_outcomes',
        'warehouse_load SELECT etl.load_runs',
        'warehouse_load SELECT etl.loads',
        'warehouse_load SELECT etl.metrics',
        'warehouse_load SELECT etl.problems',
        'warehouse_load SELECT etl.purges',
        'warehouse_load SELECT etl.quarantine',
        'warehouse_load SELECT etl.rules',
        'warehouse_load SELECT etl.rules_of_days',
        'warehouse_load SELECT etl.stale_dates',
        'warehouse_read SELECT crm.organization_name_history',
        'warehouse_read SELECT crm.organization_names',
        'warehouse_read SELECT crm.organizations_dim',
        'warehouse_read SELECT crm.users_current',
        'warehouse_read SELECT crm.users_dim',
        'warehouse_read SELECT crm.user_versions',
        'warehouse_read SELECT etl.freshness',
        'warehouse_read SELECT reports.restatements',
        'warehouse_read SELECT reports.user_events_daily',
        'warehouse_read SELECT reports.user_events_history',
        'warehouse_read SELECT reports.users_by_organization',
        'warehouse_read SELECT reports.users_daily'
    ],
    'tables and views'
);
SELECT bag_eq(
    $$
        SELECT format('%s %s %s.%s', role, privilege, attrelid::regclass, attname)
        FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        CROSS JOIN member
        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege
        WHERE relnamespace IN (SELECT oid FROM schema)
          AND relkind IN ('r', 'p', 'v', 'm')
          AND attnum > 0
          AND NOT attisdropped
          AND has_column_privilege(role, attrelid, attname, privilege)
          AND NOT has_table_privilege(role, attrelid, privilege)
    $$,
    ARRAY['warehouse_ingest INSERT raw.organizations_inbox.body'],
    'columns'
);
SELECT is_empty(
    $$
        SELECT format('%s %s', role, pg_class.oid::regclass)
        FROM pg_class
        CROSS JOIN member
        WHERE relnamespace IN (SELECT oid FROM schema)
          AND CASE WHEN relkind = 'S' THEN has_sequence_privilege(role, oid, 'USAGE, SELECT, UPDATE') END
    $$,
    'no sequences'
);
SELECT bag_eq(
    $$
        SELECT format('%s %s %s', role, privilege, nspname)
        FROM pg_namespace
        CROSS JOIN member
        CROSS JOIN unnest(ARRAY['USAGE', 'CREATE']) AS privilege
        WHERE (oid IN (SELECT oid FROM schema) OR nspname = 'public')
          AND has_schema_privilege(role, oid, privilege)
    $$,
    ARRAY[
        'warehouse_ingest USAGE etl', 'warehouse_ingest USAGE raw',
        'warehouse_load USAGE crm', 'warehouse_load USAGE etl', 'warehouse_load USAGE reports',
        'warehouse_read USAGE crm', 'warehouse_read USAGE etl', 'warehouse_read USAGE reports'
    ],
    'schemas'
);
SELECT bag_eq(
    $$
        SELECT format('%s %s', role, privilege)
        FROM member
        CROSS JOIN unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) AS privilege
        WHERE has_database_privilege(role, current_database(), privilege)
    $$,
    ARRAY['warehouse_ingest CONNECT', 'warehouse_load CONNECT', 'warehouse_read CONNECT', 'warehouse_read TEMPORARY'],
    'the database'
);
SELECT is_empty(
    $$
        SELECT rolname
        FROM pg_roles
        WHERE rolname IN (SELECT role FROM member)
          AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
              OR EXISTS (SELECT FROM pg_auth_members WHERE pg_auth_members.member = pg_roles.oid))
    $$,
    'no role has rights of another kind'
);

-- The same, tried.
\ir fixtures/try.sql
SELECT is(
    pg_temp.try('warehouse_' || role, statement), outcome,
    format('%s: %s: %s', role, outcome, split_part(statement, E'\n', 1))
)
FROM (VALUES
    ('ingest', $$ SELECT raw.ingest_user_events(
        ARRAY['{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}']::bytea[], NULL) $$, 'done'),
    ('ingest', $$ INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "a"}') $$, 'done'),
    ('ingest', $$ SELECT raw.ingest_organizations() $$, 'done'),
    ('ingest', $$ SELECT etl.import_progress('a') $$, 'done'),
    ('ingest', $$ SELECT etl.note_of_consumer('a', 'b') $$, 'done'),
    ('ingest', $$ SELECT FROM raw.user_events $$, 'refused'),
    ('ingest', $$ SELECT FROM raw.organizations_inbox $$, 'refused'),
    ('ingest', $$ SELECT crm.load_users_dim('2020-12-08') $$, 'refused'),
    ('ingest', $$ SELECT crm.erase_user('a') $$, 'refused'),
    ('ingest', $$ SELECT crm.readmit_user('a', now()) $$, 'refused'),
    ('ingest', $$ SELECT internal.blank_to_null('a') $$, 'refused'),
    ('ingest', $$ CREATE TEMP TABLE mine () $$, 'refused'),
    ('load', $$ SELECT crm.load_users_dim('2020-12-08') $$, 'done'),
    ('load', $$ SELECT reports.load_user_events_daily('2020-12-08') $$, 'done'),
    ('load', $$ SELECT crm.load_organizations_dim() $$, 'done'),
    ('load', $$ SELECT etl.run_load('users_dim', '2020-12-08') $$, 'done'),
    ('load', $$ TABLE etl.stale_dates $$, 'done'),
    ('load', $$ TABLE etl.problems $$, 'done'),
    ('load', $$ SELECT count(is_in_raw) FROM etl.rules_of_days $$, 'done'),
    ('load', $$ SELECT etl.accept_rules('users_dim', 'a', 'b') $$, 'refused'),
    ('load', $$ SELECT etl.accept_setting('fsync', 'off', 'a') $$, 'refused'),
    ('load', $$ TABLE etl.metrics $$, 'done'),
    ('load', $$ TABLE crm.users_dim $$, 'refused'),
    ('load', $$ SELECT raw.ingest_user_events(NULL, NULL) $$, 'refused'),
    ('load', $$ SELECT raw.drop_before('2020-12-08') $$, 'refused'),
    ('load', $$ SELECT raw.drop_rejects_before('2020-12-08') $$, 'refused'),
    ('load', $$ SELECT internal.blank_to_null('a') $$, 'refused'),
    ('load', $$ TABLE internal.users_dim_stage $$, 'refused'),
    ('load', $$ DELETE FROM etl.load_runs $$, 'refused'),
    ('load', $$ SELECT etl.check_expectations() $$, 'done'),
    ('load', $$ INSERT INTO etl.expectations (expectation_name, query) VALUES ('mine', 'SELECT crm.erase_user(''a'')') $$, 'refused'),
    ('load', $$ UPDATE etl.expectations SET query = 'SELECT 1' $$, 'refused'),
    ('load', $$ DELETE FROM etl.load_failures $$, 'refused'),
    ('read', $$ TABLE etl.freshness $$, 'done'),
    ('read', $$ CREATE TEMP TABLE mine () $$, 'done'),
    ('read', $$ TABLE crm.users_dim_open $$, 'refused'),
    ('read', $$ TABLE crm.users_dim_2020_12 $$, 'refused'),
    ('read', $$ TABLE etl.problems $$, 'refused'),
    ('read', $$ TABLE raw.user_events $$, 'refused'),
    ('read', $$ TABLE etl.load_runs $$, 'refused'),
    ('read', $$ SELECT internal.blank_to_null('a') $$, 'refused'),
    ('read', $$ TABLE internal.users_dim_stage $$, 'refused'),
    ('read', $$ DELETE FROM crm.users_dim $$, 'refused'),
    ('read', $$ SELECT crm.load_users_dim('2020-12-08') $$, 'refused')
) AS attempt (role, statement, outcome);

SELECT * FROM finish();
ROLLBACK;
