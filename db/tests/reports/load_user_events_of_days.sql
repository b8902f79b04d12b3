-- reports.load_user_events_of_days(): many days counted in one pass, as their loads would count them.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(9);
\ir ../fixtures/arrive.sql
\ir ../fixtures/locked.sql
SET LOCAL timezone = 'Pacific/Auckland'; -- the session's zone must not matter

SELECT pg_temp.arrive(
    'anna Created 2020-12-08 00:00', 'anna Updated 2020-12-08 23:59', 'bo Updated 2020-12-08 10:00',
    'bo Deleted 2020-12-10 10:00', 'cy Created 2020-12-11 10:00'
);
SELECT is(reports.load_user_events_of_days('{2020-12-10,2020-12-08,2020-12-09}'), 3::bigint, 'returns the rows written');
SELECT results_eq('TABLE locked', ARRAY['user_events_daily'], 'no load of it runs meanwhile');
SELECT bag_eq(
    'SELECT event_date::text, n_created, n_updated, n_deleted, n_unique, n_total FROM reports.user_events_daily',
    $$ VALUES ('2020-12-08', 1::bigint, 2::bigint, 0::bigint, 2::bigint, 3::bigint), ('2020-12-09', 0, 0, 0, 0, 0), ('2020-12-10', 0, 0, 1, 1, 1) $$,
    'each of the days, also one without events, and no other'
);
SELECT bag_eq(
    'SELECT load_name, import_date::text, rows_read, rows_written, events_arrived, newest_event FROM etl.load_runs',
    $$ VALUES
        ('user_events_daily', '2020-12-08', 3::bigint, 1::bigint, NULL::bigint, timestamptz '2020-12-08 23:59Z'),
        ('user_events_daily', '2020-12-09', 0, 1, NULL, NULL),
        ('user_events_daily', '2020-12-10', 1, 1, NULL, '2020-12-10 10:00Z')
    $$,
    'each is a load of its day'
);
SELECT results_eq(
    $$ SELECT import_date::text FROM etl.stale_dates WHERE load_name = 'user_events_daily' $$, ARRAY['2020-12-11'], 'and is not stale'
);

CREATE TEMP TABLE placed AS SELECT ctid AS place, event_date FROM reports.user_events_daily;
SELECT pg_temp.arrive('cy Updated 2020-12-10 11:00');
SELECT is(reports.load_user_events_of_days('{2020-12-08,2020-12-09,2020-12-10}'), 1::bigint, 'again, only what differs is written');
SELECT results_eq(
    'SELECT event_date::text FROM (SELECT ctid, event_date FROM reports.user_events_daily EXCEPT TABLE placed) AS moved',
    ARRAY['2020-12-10'], 'no other row is touched'
);
SELECT is(reports.load_user_events_daily('2020-12-10'), 0::bigint, 'a load of the day agrees');
SELECT throws_ok('SELECT reports.load_user_events_of_days(''{2020-12-08,infinity}'')', '22023', 'import_date must be a day, not infinity', 'refuses what is no day');

SELECT * FROM finish();
ROLLBACK;
