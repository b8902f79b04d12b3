-- reports.load_user_events_daily(): the events of one UTC day, counted as they are.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(25);

ALTER TABLE raw.user_events ALTER event_key SET DEFAULT gen_random_uuid();
PREPARE report AS
SELECT event_date::text, n_created, n_updated, n_deleted, n_unique, n_total
FROM reports.user_events_daily
ORDER BY event_date;

SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'a day without events is a row');
SELECT results_eq('report', $$ VALUES ('2020-12-08', 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint) $$, 'of zeros');

-- The day's bounds, in three zones.
INSERT INTO raw.user_events (user_id, event_type, received_at) VALUES
    ('before', 'User Deleted', '2020-12-07 23:59:59.999999Z'),
    ('first',  'User Created', '2020-12-08 00:00:00Z'),
    ('last',   'User Updated', '2020-12-08 23:59:59.999999Z'),
    ('next',   'User Deleted', '2020-12-09 00:00:00Z');
SET LOCAL timezone = 'UTC';
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'UTC: writes the day');
SELECT results_eq(
    'report', $$ VALUES ('2020-12-08', 1::bigint, 1::bigint, 0::bigint, 2::bigint, 2::bigint) $$,
    'UTC: midnight is in, the next midnight is not'
);
DELETE FROM reports.user_events_daily;
SET LOCAL timezone = 'America/New_York';
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'New York: writes the day');
SELECT results_eq(
    'report', $$ VALUES ('2020-12-08', 1::bigint, 1::bigint, 0::bigint, 2::bigint, 2::bigint) $$,
    'New York: midnight is in, the next midnight is not'
);
DELETE FROM reports.user_events_daily;
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'Kiritimati: writes the day');
SELECT results_eq(
    'report', $$ VALUES ('2020-12-08', 1::bigint, 1::bigint, 0::bigint, 2::bigint, 2::bigint) $$,
    'Kiritimati: midnight is in, the next midnight is not'
);
SET LOCAL timezone = 'UTC';

-- Events are counted one by one: ties, exact duplicates and blanks too.
TRUNCATE raw.user_events, reports.user_events_daily, etl.load_runs;
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('anna', 'User Created', 'a', '2020-12-08 10:00Z'),
    ('anna', 'User Created', 'a', '2020-12-08 10:00Z'),
    ('anna', 'User Updated', 'a', '2020-12-08 10:00Z'),
    ('anna', 'User Deleted', 'a', '2020-12-08 10:00Z'),
    ('bert', 'User Updated', '',  '2020-12-08 11:00Z'),
    ('carl', 'User Updated', 'c', '2020-12-08 12:00Z'),
    (' anna', 'User Updated', 'a', '2020-12-08 10:00Z'),
    ('Anna', 'User Deleted', 'a', '2020-12-08 10:00Z'),
    ('anna', 'User Deleted', 'a', '2020-12-09 10:00Z');
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'writes one row a day');
SELECT is(reports.load_user_events_daily('2020-12-09'), 1::bigint, 'and one for the next day');
SELECT results_eq(
    'report',
    $$
        VALUES
            ('2020-12-08', 2::bigint, 4::bigint, 2::bigint, 5::bigint, 8::bigint),
            ('2020-12-09', 0, 0, 1, 1, 1)
    $$,
    'counts every event, and users by their exact id'
);

-- Again.
CREATE TEMP TABLE before AS SELECT ctid AS place, * FROM reports.user_events_daily;
SELECT is(reports.load_user_events_daily('2020-12-08'), 0::bigint, 'the same day again writes nothing');
SELECT bag_eq(
    'SELECT ctid AS place, * FROM reports.user_events_daily', 'TABLE before',
    'and no row has moved'
);

-- One count changes at a time.
INSERT INTO raw.user_events (user_id, event_type, received_at) VALUES ('anna', 'User Created', '2020-12-08 23:00Z');
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'a late event is written');
SELECT results_eq(
    'report',
    $$ VALUES ('2020-12-08', 3::bigint, 4::bigint, 2::bigint, 5::bigint, 9::bigint), ('2020-12-09', 0, 0, 1, 1, 1) $$,
    'and counted in its day only'
);
UPDATE raw.user_events SET event_type = 'User Updated' WHERE event_type = 'User Created';
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'other types with the same total are written');
DELETE FROM raw.user_events WHERE user_id = 'Anna';
INSERT INTO raw.user_events (user_id, event_type, received_at) VALUES ('anna', 'User Deleted', '2020-12-08 23:30Z');
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'fewer users with the same events are written');
SELECT results_eq(
    'report',
    $$ VALUES ('2020-12-08', 0::bigint, 7::bigint, 2::bigint, 4::bigint, 9::bigint), ('2020-12-09', 0, 0, 1, 1, 1) $$,
    'and every count follows'
);
DELETE FROM raw.user_events WHERE event_date = '2020-12-08';
SELECT results_eq(
    'report',
    $$ VALUES ('2020-12-08', 0::bigint, 7::bigint, 2::bigint, 4::bigint, 9::bigint), ('2020-12-09', 0, 0, 1, 1, 1) $$,
    'a purge of raw leaves the report'
);
SELECT is(reports.load_user_events_daily('2020-12-08'), 1::bigint, 'until the day is loaded again');
SELECT results_eq(
    'report',
    $$ VALUES ('2020-12-08', 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint), ('2020-12-09', 0, 0, 1, 1, 1) $$,
    'then its counts are zero'
);

-- What a load notes.
SELECT results_eq(
    $$
        SELECT load_name, import_date, rows_read, rows_written, pg_snapshot_xmax(snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
        FROM etl.load_runs
        ORDER BY load_run_sk
        LIMIT 3
    $$,
    $$
        VALUES
            ('user_events_daily', date '2020-12-08', 8::bigint, 1::bigint, true),
            ('user_events_daily', '2020-12-09', 1, 1, true),
            ('user_events_daily', '2020-12-08', 8, 0, true)
    $$,
    'each load is noted: the events of its day, the rows written, what it saw'
);
SELECT is_empty(
    $$ SELECT FROM etl.load_runs WHERE NOT (started_at > now() AND duration > '0') $$,
    'and when, by the clock'
);

-- A hostile session.
INSERT INTO raw.user_events (user_id, event_type, received_at) VALUES
    ('before', 'User Deleted', '2020-12-07 23:59:59.999999Z'),
    ('first',  'User Created', '2020-12-08 00:00:00Z'),
    ('last',   'User Updated', '2020-12-08 23:59:59.999999Z');
\ir ../fixtures/hostile_session.sql
SELECT reports.load_user_events_daily('2020-12-08') AS written \gset
RESET search_path;
RESET datestyle;
SELECT is(:written, 1, 'a hostile session loads its day');
SELECT results_eq(
    'report',
    $$ VALUES ('2020-12-08', 1::bigint, 1::bigint, 0::bigint, 2::bigint, 2::bigint), ('2020-12-09', 0, 0, 1, 1, 1) $$,
    'and cannot change what it counts'
);

SELECT * FROM finish();
ROLLBACK;
