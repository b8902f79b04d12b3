-- etl.event_types: nothing else names the types of events. Two more are added here, one of which is counted in a column of its own.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(13);
\ir ../fixtures/arrive.sql
\ir ../fixtures/history.sql

CREATE OR REPLACE VIEW etl.event_types AS
SELECT event_type, rank, begins_life, ends_life, counted_as
FROM (VALUES
    ('User Created', 1, true, false, 'n_created'),
    ('User Frozen', 2, false, false, 'n_frozen'),
    ('User Updated', 3, false, false, 'n_updated'),
    ('User Deleted', 4, false, true, 'n_deleted'),
    ('User Forgotten', 5, false, true, 'n_deleted')
) AS known (event_type, rank, begins_life, ends_life, counted_as);
ALTER TABLE reports.user_events_daily
    ADD COLUMN n_frozen bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT user_events_daily_total_ck,
    ADD CHECK (n_total = n_created + n_updated + n_deleted + n_frozen);

SELECT pg_temp.arrive(
    'anna Created 2020-12-08 10:00 a', 'anna Updated 2020-12-08 11:00 updated', 'anna Frozen 2020-12-08 11:00 frozen',
    'bert Created 2020-12-08 10:00 b', 'bert Frozen 2020-12-08 10:00 b_frozen', 'bert Forgotten 2020-12-08 12:00 b',
    'cleo Deleted 2020-12-09 10:00 c', 'cleo Forgotten 2020-12-09 10:00 forgotten'
);
SELECT is((SELECT count(*) FROM raw.user_events WHERE event_type IN ('User Frozen', 'User Forgotten')), 4::bigint, 'such events are taken');
SELECT is_empty('SELECT reason FROM raw.rejected_user_events', 'and none is refused');
SELECT is(
    internal.event_type_fault('{"event_type": "user.frozen"}'), 'event_type: unknown: "user.frozen", must be User Frozen',
    'it is proposed for what looks like it'
);
SELECT is(
    internal.event_type_fault('{"event_type": "Moved"}'),
    'event_type: unknown: "Moved", must be User Created, User Frozen, User Updated, User Deleted or User Forgotten', 'and among all others'
);

SELECT crm.load_users_dim(day), reports.load_user_events_daily(day) FROM unnest('{2020-12-08,2020-12-09}'::date[]) AS day \g /dev/null
SELECT results_eq(
    'TABLE history',
    ARRAY[
        'anna a 2020-12-08 10:00:00 -> 2020-12-08 11:00:00', 'anna updated 2020-12-08 11:00:00 -> open',
        'bert b_frozen 2020-12-08 10:00:00 -> 2020-12-08 12:00:00', 'bert b deleted 2020-12-08 12:00:00 -> open',
        'cleo forgotten deleted 2020-12-09 10:00:00 -> open'
    ],
    'of events at one instant the rank decides, and which ones end a life'
);
CREATE TEMP VIEW report AS
SELECT to_char(event_date, 'DD') AS day, n_created, n_frozen, n_updated, n_deleted, n_unique, n_total FROM reports.user_events_daily;
SELECT bag_eq('TABLE report', $$ VALUES ('08', 2::bigint, 2::bigint, 1::bigint, 1::bigint, 2::bigint, 6::bigint), ('09', 0, 0, 0, 2, 1, 2) $$, 'the report has their column');
SELECT pg_temp.arrive('anna Frozen 2020-12-08 12:00 a', 'dora Frozen 2020-12-08 12:00 d', 'dora Forgotten 2020-12-08 13:00 d') \g /dev/null
SELECT crm.load_users_dim('2020-12-08'), reports.load_user_events_daily('2020-12-08') \g /dev/null
SELECT results_eq('SELECT * FROM report WHERE day = ''08''', $$ VALUES ('08', 2::bigint, 4::bigint, 1::bigint, 2::bigint, 3::bigint, 9::bigint) $$, 'also what arrives later');
-- On Citus the day is counted anew.
SELECT is(events_arrived, CASE WHEN to_regproc('citus_version') IS NULL THEN 3::bigint END, 'is added') FROM etl.load_runs ORDER BY load_run_sk DESC LIMIT 1;
CREATE TEMP TABLE counted AS TABLE report;
DELETE FROM reports.user_events_daily;
SELECT reports.load_user_events_of_days('{2020-12-08,2020-12-09}') \g /dev/null
SELECT bag_eq('TABLE report', 'TABLE counted', 'and all in one pass');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');
CREATE TEMP TABLE loaded AS TABLE history;
SELECT etl.rebuild_users_dim() \g /dev/null
SELECT bag_eq('TABLE history', 'TABLE loaded', 'built anew, it is the same');

SELECT internal.note_rules() \g /dev/null
SELECT set_eq('SELECT load_name, reason FROM etl.stale_dates', $$ VALUES ('users_dim', 'the rules changed'), ('user_events_daily', 'the rules changed') $$, 'a change of the types is one of the rules');

-- No function, view or check has a type in its text.
SELECT is_empty(
    $$
        SELECT oid::regprocedure::text
        FROM pg_proc
        WHERE pronamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
          AND coalesce(pg_get_function_sqlbody(oid), prosrc) ~ 'User (Created|Updated|Deleted)'
        UNION ALL
        SELECT oid::regclass::text
        FROM pg_class
        WHERE relkind = 'v'
          AND relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
          AND oid <> 'etl.event_types'::regclass
          AND pg_get_viewdef(oid) ~ 'User (Created|Updated|Deleted)'
        UNION ALL
        SELECT conname
        FROM pg_constraint
        WHERE pg_get_constraintdef(oid) ~ 'User (Created|Updated|Deleted)'
    $$,
    'nothing else names a type'
);

SELECT * FROM finish();
ROLLBACK;
