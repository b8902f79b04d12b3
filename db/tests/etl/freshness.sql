-- etl.freshness: how far each table is, and since when events wait.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(21);
\ir ../fixtures/arrive.sql
CREATE FUNCTION pg_temp.today() RETURNS date LANGUAGE sql RETURN (now() AT TIME ZONE 'UTC')::date;

PREPARE freshness AS
SELECT load_name, last_day, newest_event, waiting_since
FROM etl.freshness
ORDER BY load_name DESC;

SELECT results_eq(
    'freshness', $$ VALUES ('users_dim', NULL::date, NULL::timestamptz, NULL::timestamptz), ('user_events_daily', NULL, NULL, NULL) $$,
    'an empty warehouse'
);
SELECT results_eq('SELECT rejected_in_24_hours FROM etl.freshness', ARRAY[0::bigint, 0], 'which rejected nothing');
SELECT pg_temp.arrive('anna Created 2020-12-08 10:00 a', 'anna Updated 2020-12-09 23:59:59.999999 b', 'bert Created 2020-12-10 00:00 a') \g /dev/null
SELECT results_eq(
    'freshness', $$ VALUES ('users_dim', NULL::date, NULL::timestamptz, now()), ('user_events_daily', NULL, NULL, now()) $$,
    'what no load has seen waits since it arrived'
);
SELECT crm.load_users_dim('2020-12-09'), crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq(
    'freshness',
    $$ VALUES ('users_dim', date '2020-12-09', timestamptz '2020-12-09 23:59:59.999999Z', now()), ('user_events_daily', NULL, NULL, now()) $$,
    'the last day is that of the days, not of the loads; a later event is not in it, and still waits'
);
SELECT crm.load_users_dim('2020-12-10'), reports.load_user_events_daily('2020-12-08') \g /dev/null
SELECT results_eq(
    'freshness',
    $$ VALUES
        ('users_dim', date '2020-12-10', timestamptz '2020-12-10 00:00Z', NULL::timestamptz),
        ('user_events_daily', '2020-12-08', '2020-12-08 10:00Z', now())
    $$,
    'each table by itself'
);
SELECT pg_temp.arrive('anna Updated 2020-12-10 12:00 c') \g /dev/null
UPDATE etl.arrivals SET arrived_at = now() - interval '1 minute';
UPDATE etl.arrivals SET arrived_at = now() - interval '1 hour' WHERE xid = (SELECT xid FROM etl.arrivals ORDER BY xid DESC LIMIT 1);
SELECT results_eq(
    $$ SELECT newest_event, waiting_since FROM etl.freshness WHERE load_name = 'users_dim' $$,
    $$ VALUES (timestamptz '2020-12-10 00:00Z', now() - interval '1 hour') $$,
    'what arrived after the last load is not in the table, though its day is'
);
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT results_eq(
    $$ SELECT newest_event FROM etl.freshness WHERE load_name = 'users_dim' $$, ARRAY[timestamptz '2020-12-10 00:00Z'],
    'whatever the session calls the day'
);
SET LOCAL timezone = 'UTC';
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
SET LOCAL enable_indexscan = off; -- it has the runs in their order
SELECT results_eq(
    $$ SELECT newest_event, waiting_since FROM etl.freshness WHERE load_name = 'users_dim' $$,
    $$ VALUES (timestamptz '2020-12-10 12:00Z', NULL::timestamptz) $$,
    'once loaded, it is'
);
RESET enable_indexscan;
SELECT results_eq(
    $$ SELECT label_value, value FROM etl.metrics WHERE metric = 'waiting_seconds' ORDER BY 1 DESC $$,
    $$ VALUES ('users_dim', 0::double precision), ('user_events_daily', 3600) $$,
    'metrics: how long the oldest event waits, also of a day with newer ones'
);
SELECT results_eq(
    $$ SELECT value FROM etl.metrics WHERE metric = 'newest_event_timestamp_seconds' AND label_value = 'users_dim' $$,
    $$ VALUES (extract(epoch FROM timestamptz '2020-12-10 12:00Z')::double precision) $$,
    'metrics: the newest event'
);

-- What is missing, what is stale, and what was rejected.
PREPARE completeness AS
SELECT load_name, missing_days, stale_days, stale_reasons
FROM etl.freshness
ORDER BY load_name DESC;
SELECT results_eq(
    'completeness',
    $$ VALUES
        ('users_dim', '{}'::datemultirange, '{}'::datemultirange, NULL),
        ('user_events_daily', '{}', '{[2020-12-09,2020-12-11)}', 'never loaded')
    $$,
    'the days that are stale, and why'
);
SELECT reports.load_user_events_daily('2020-12-10') \g /dev/null
SELECT pg_temp.arrive('anna Updated 2020-12-08 12:00 d') \g /dev/null
SELECT results_eq(
    'completeness',
    $$ VALUES
        ('users_dim', '{}'::datemultirange, '{[2020-12-08,2020-12-09)}'::datemultirange, 'events arrived after the last load began'),
        ('user_events_daily', '{[2020-12-09,2020-12-10)}', '{[2020-12-08,2020-12-10)}', 'events arrived after the last load began; never loaded')
    $$,
    'a day between two loaded ones that was never loaded is missing'
);
SELECT crm.load_users_dim('2020-12-13'), crm.load_users_dim('2020-12-15'), crm.load_users_dim('2020-12-15') \g /dev/null
SELECT results_eq(
    $$ SELECT last_day, missing_days FROM etl.freshness WHERE load_name = 'users_dim' $$,
    $$ VALUES (date '2020-12-15', '{[2020-12-11,2020-12-13),[2020-12-14,2020-12-15)}'::datemultirange) $$,
    'in as many ranges as there are gaps'
);
SELECT is(newest_event, '2020-12-10 12:00Z', 'later days without events have no newest one') FROM etl.freshness WHERE load_name = 'users_dim';
SELECT is(rejected_in_24_hours, 0::bigint, 'nothing was rejected') FROM etl.freshness WHERE load_name = 'users_dim';
SELECT raw.ingest_user_events(ARRAY['[]', '{}']::bytea[], NULL) \g /dev/null
INSERT INTO etl.ingests (ingested_at, received, inserted, duplicates, rejected) VALUES
    (now() - interval '1 day', 5, 0, 0, 5), (now() - interval '1 day' + interval '1 microsecond', 3, 0, 0, 3);
SELECT results_eq(
    'SELECT rejected_in_24_hours FROM etl.freshness', ARRAY[5::bigint, 5], 'what was rejected in the last 24 hours, of no table'
);

-- Loaded events from the future, and a run of before, which took one for its newest.
SELECT crm.load_users_dim(pg_temp.today() - 1), crm.load_users_dim(pg_temp.today()), crm.load_users_dim(pg_temp.today() + 1),
    crm.load_users_dim('2190-01-01') \g /dev/null
UPDATE etl.load_runs SET newest_event = now() + interval '1 microsecond' WHERE import_date = pg_temp.today();
UPDATE etl.load_runs SET newest_event = '2190-01-01 10:00Z' WHERE import_date = '2190-01-01';
UPDATE etl.load_runs SET newest_event = now() WHERE import_date = pg_temp.today() - 1;
SELECT results_eq(
    $$ SELECT last_day, newest_event, upper(range_merge(missing_days)) FROM etl.freshness WHERE load_name = 'users_dim' $$,
    $$ VALUES (pg_temp.today(), now(), pg_temp.today() - 1) $$,
    'days and events ahead of the clock make nothing fresh, and no day before them missing'
);
SELECT results_eq(
    $$ SELECT value FROM etl.metrics WHERE metric = 'newest_event_timestamp_seconds' AND label_value = 'users_dim' $$,
    $$ VALUES (extract(epoch FROM now())::double precision) $$,
    'metrics: nor an alert silent'
);
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(last_day, pg_temp.today(), 'whatever the session calls today') FROM etl.freshness WHERE load_name = 'users_dim';
SET LOCAL timezone = 'UTC';
SELECT is_empty(
    $$
        SELECT attname
        FROM pg_attribute
        WHERE attrelid = 'etl.freshness'::regclass
          AND attname <> 'load_name'
          AND col_description(attrelid, attnum) IS NULL
    $$,
    'each column says what it is'
);
\ir ../fixtures/try.sql
SELECT is(pg_temp.try('warehouse_read', 'TABLE etl.freshness'), 'done', 'analysts may read it');

SELECT * FROM finish();
ROLLBACK;
