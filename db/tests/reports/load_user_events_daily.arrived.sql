-- reports.load_user_events_daily(): to a day that was counted before, the events that have come since are added.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(25);
SELECT to_regproc('citus_version') IS NULL AS one_server \gset
\if :one_server
\ir ../fixtures/arrive.sql

CREATE TEMP VIEW run AS
SELECT rows_read, rows_written, events_arrived
FROM etl.load_runs
WHERE load_name = 'user_events_daily'
ORDER BY load_run_sk DESC
LIMIT 1;
CREATE TEMP VIEW day AS
SELECT n_created, n_updated, n_deleted, n_unique, n_total
FROM reports.user_events_daily
WHERE event_date = '2020-12-08';
PREPARE load AS SELECT reports.load_user_events_daily('2020-12-08');
PREPARE load_users AS SELECT crm.load_users_dim('2020-12-08');

SELECT pg_temp.arrive(
    'anna Created 2020-12-08 00:00 a', 'anna Updated 2020-12-08 23:59:59.999999 b', 'bert Created 2020-12-08 10:00 a',
    'cleo Created 2020-12-07 10:00 a', 'cleo Created 2020-12-09 10:00 a'
) \g /dev/null
SELECT reports.load_user_events_daily('2020-12-07') \g /dev/null
EXECUTE load_users \g /dev/null
EXECUTE load \g /dev/null
SELECT results_eq('TABLE day', $$ VALUES (2::bigint, 1::bigint, 0::bigint, 2::bigint, 3::bigint) $$, 'the first load counts the day');
SELECT results_eq('TABLE run', $$ VALUES (3::bigint, 1::bigint, NULL::bigint) $$, 'as a whole');

SELECT pg_temp.arrive(
    'anna Updated 2020-12-08 23:59:59.999999 c', 'bert Deleted 2020-12-08 09:00 d', 'bert Created 2020-12-09 09:00 d',
    'cleo Updated 2020-12-08 10:00 a', 'cleo Updated 2020-12-08 11:00 a', 'dora Created 2020-12-08 00:00 a',
    'ivan Created 2020-12-07 23:59:59.999999 a', 'john Created 2020-12-09 00:00 a'
) \g /dev/null
EXECUTE load \g /dev/null
SELECT results_eq(
    'TABLE day', $$ VALUES (3::bigint, 4::bigint, 1::bigint, 4::bigint, 8::bigint) $$,
    'events by their type; of the users, those who had none on the day'
);
SELECT results_eq('TABLE run', $$ VALUES (8::bigint, 1::bigint, 5::bigint) $$, 'the five of the day were added, whether the dimension has them or not');

-- Now the dimension is behind what the report counts, and cannot tell who is new.
SELECT pg_temp.arrive('cleo Updated 2020-12-08 12:00 a', 'emil Created 2020-12-08 12:00 a') \g /dev/null
EXECUTE load \g /dev/null
SELECT results_eq('TABLE day', $$ VALUES (4::bigint, 5::bigint, 1::bigint, 5::bigint, 10::bigint) $$, 'where the dimension is behind the report');
SELECT is(events_arrived, NULL, 'the whole day is counted') FROM run;

-- With the dimension ahead, at the same instants too.
SELECT pg_temp.arrive('emil Updated 2020-12-08 12:00 b', 'finn Created 2020-12-08 12:00 b') \g /dev/null
EXECUTE load_users \g /dev/null
EXECUTE load \g /dev/null
SELECT results_eq('TABLE day', $$ VALUES (5::bigint, 6::bigint, 1::bigint, 6::bigint, 12::bigint) $$, 'where the dimension is ahead');
SELECT is(events_arrived, 2::bigint, 'only what arrived is added') FROM run;
EXECUTE load \g /dev/null
SELECT results_eq('TABLE run', $$ VALUES (12::bigint, 0::bigint, NULL::bigint) $$, 'the day by name agrees, counted as a whole');
SELECT is(
    internal.count_new_users('2020-12-08', '{}'), 0::bigint, 'no event, no new user'
);

-- Two transactions at once, of which the load sees one: their numbers interleave.
SELECT pg_temp.arrive('gina Created 2020-12-08 13:00 a') \g /dev/null
SELECT pg_temp.arrive('hugo Created 2020-12-08 13:00 a', 'gina Updated 2020-12-08 13:00 b') \g /dev/null
UPDATE etl.arrivals SET xid = '1000000000' WHERE n_events = 2;
EXECUTE load_users \g /dev/null
EXECUTE load \g /dev/null
SELECT results_eq('TABLE day', $$ VALUES (6::bigint, 6::bigint, 1::bigint, 7::bigint, 13::bigint) $$, 'a transaction under way is not counted');
SELECT isnt_empty('TABLE etl.stale_dates', 'and leaves the day stale');
UPDATE etl.arrivals SET xid = '4' WHERE xid = '1000000000';
UPDATE etl.load_runs SET snapshot = '4:8:4';
EXECUTE load \g /dev/null
SELECT results_eq('TABLE day', $$ VALUES (7::bigint, 7::bigint, 1::bigint, 8::bigint, 15::bigint) $$, 'when it is over, it is added');
SELECT is(events_arrived, 2::bigint, 'by what arrived') FROM run;

-- What makes it count the whole day nevertheless.
EXECUTE load_users \g /dev/null
DELETE FROM reports.user_events_daily;
SELECT pg_temp.arrive('anna Updated 2020-12-08 14:00 a') \g /dev/null
EXECUTE load \g /dev/null
SELECT results_eq('TABLE run', $$ VALUES (16::bigint, 1::bigint, NULL::bigint) $$, 'a row of the report that is gone');
SELECT raw.ingest_user_events(
    ARRAY[convert_to('{"id": "anna", "event_type": "User Updated", "received_at": "2020-12-08 15:00"}', 'UTF8')], NULL
) \g /dev/null
EXECUTE load_users \g /dev/null
EXECUTE load \g /dev/null
SELECT results_eq('TABLE run', $$ VALUES (17::bigint, 1::bigint, NULL::bigint) $$, 'events of the transaction of the load');
UPDATE etl.arrivals SET xid = '100' WHERE xid = pg_current_xact_id();
EXECUTE load \g /dev/null
SELECT results_eq('TABLE run', $$ VALUES (17::bigint, 0::bigint, NULL::bigint) $$, 'which the next load does not add once more');
SELECT pg_temp.arrive('anna Updated 2020-12-08 16:00 a') \g /dev/null
DELETE FROM etl.load_runs WHERE load_name = 'users_dim';
EXECUTE load \g /dev/null
SELECT results_eq('TABLE run', $$ VALUES (18::bigint, 1::bigint, NULL::bigint) $$, 'a dimension that never had the day');

-- What the dimension has not seen of another day.
EXECUTE load_users \g /dev/null
EXECUTE load \g /dev/null
SELECT pg_temp.arrive('anna Updated 2020-12-10 10:00 a') \g /dev/null
EXECUTE load \g /dev/null
-- Of those that come, dora had an event at the beginning of the day, the others had theirs just before and after it.
SELECT crm.load_users_dim('2020-12-07'), crm.load_users_dim('2020-12-09') \g /dev/null
SELECT pg_temp.arrive('dora Updated 2020-12-08 17:00 a', 'ivan Updated 2020-12-08 17:00 a', 'john Updated 2020-12-08 17:00 a') \g /dev/null
EXECUTE load \g /dev/null
SELECT is(events_arrived, 3::bigint, 'a dimension that is behind on another day does not matter') FROM run;

-- The dimension is ahead again, and kate had an event on another day. Between hers there is one of somebody else.
EXECUTE load_users \g /dev/null
EXECUTE load \g /dev/null
SELECT pg_temp.arrive('kate Created 2020-12-07 10:00 a') \g /dev/null
SELECT pg_temp.arrive(
    'kate Updated 2020-12-08 18:00 a', 'lena Created 2020-12-08 18:00 a', 'kate Updated 2020-12-08 19:00 a'
) \g /dev/null
EXECUTE load_users \g /dev/null
PREPARE count_new(text) AS
SELECT internal.count_new_users('2020-12-08', range_agg(int8range(event_sk, event_sk, '[]')))
FROM raw.user_events
WHERE user_id = $1
  AND event_date = '2020-12-08';
SELECT results_eq($$ EXECUTE count_new('kate') $$, ARRAY[1::bigint], 'who is new on the day, of those whose events are given');
EXECUTE load \g /dev/null
SELECT is(events_arrived, 3::bigint, 'both are added') FROM run;
SELECT results_eq($$ EXECUTE count_new('lena') $$, ARRAY[0::bigint], 'then they are known');
INSERT INTO etl.arrivals (event_date, xid, event_sks)
SELECT '2020-12-08', '3', int8multirange(int8range(event_sk, event_sk, '[]'))
FROM raw.user_events
WHERE user_id = 'lena';
SELECT results_eq($$ EXECUTE count_new('lena') $$, ARRAY[0::bigint], 'also while a third load has yet to see them');

SELECT results_eq(
    'TABLE day',
    $$
        SELECT
            count(*) FILTER (WHERE event_type = 'User Created'), count(*) FILTER (WHERE event_type = 'User Updated'),
            count(*) FILTER (WHERE event_type = 'User Deleted'), count(DISTINCT user_id), count(*)
        FROM raw.user_events
        WHERE event_date = '2020-12-08'
    $$,
    'in the end it is what raw has'
);
SELECT is(count(*), 1::bigint, 'of that day alone') FROM reports.user_events_daily;

\else
SELECT skip('on Citus the whole day is counted', 25);
\endif
SELECT * FROM finish();
ROLLBACK;
