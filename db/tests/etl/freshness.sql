-- etl.freshness: how far each table is, and since when events wait.
BEGIN;
SELECT plan(9);
\ir ../fixtures/arrive.sql

PREPARE freshness AS
SELECT load_name, last_day, newest_event, waiting_since
FROM etl.freshness
ORDER BY load_name DESC;

SELECT results_eq(
    'freshness', $$ VALUES ('users_dim', NULL::date, NULL::timestamptz, NULL::timestamptz), ('user_events_daily', NULL, NULL, NULL) $$,
    'an empty warehouse'
);
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
UPDATE etl.arrivals SET arrived_at = CASE n_created WHEN 0 THEN now() - interval '1 hour' ELSE now() - interval '1 minute' END;
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
SELECT results_eq(
    $$ SELECT newest_event, waiting_since FROM etl.freshness WHERE load_name = 'users_dim' $$,
    $$ VALUES (timestamptz '2020-12-10 12:00Z', NULL::timestamptz) $$,
    'once loaded, it is'
);
SELECT results_eq(
    $$ SELECT label_value, value FROM etl.metrics WHERE metric = 'waiting_seconds' ORDER BY 1 DESC $$,
    $$ VALUES ('users_dim', 0::double precision), ('user_events_daily', 3600) $$,
    'metrics: how long the oldest event waits'
);
SELECT results_eq(
    $$ SELECT value FROM etl.metrics WHERE metric = 'newest_event_timestamp_seconds' AND label_value = 'users_dim' $$,
    $$ VALUES (extract(epoch FROM timestamptz '2020-12-10 12:00Z')::double precision) $$,
    'metrics: the newest event'
);

SELECT * FROM finish();
ROLLBACK;
