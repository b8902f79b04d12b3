-- reports.user_events_history, reports.restatements, reports.user_events_reported_on(): what the report said, and when it changed.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(14);
\ir ../fixtures/history.sql

CREATE TEMP VIEW today AS SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS today;
CREATE FUNCTION pg_temp.add_events(p_day date, p_user text, p_number integer DEFAULT 1) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO raw.user_events (user_id, event_type, received_at)
    SELECT p_user, 'User Updated', p_day::timestamp AT TIME ZONE 'UTC' + number * interval '1 second'
    FROM generate_series(1, p_number) AS number;
    RETURN reports.load_user_events_daily(p_day);
END;
$$;
-- As if the last report had been made so many days ago.
CREATE FUNCTION pg_temp.days_pass(p_days integer) RETURNS void LANGUAGE sql AS $$
    -- In two steps: days that follow one another would be in each other's way.
    UPDATE reports.user_events_history SET reported_on = reported_on - 10000;
    UPDATE reports.user_events_history SET reported_on = reported_on + 10000 - p_days;
$$;
PREPARE said AS
SELECT (SELECT today FROM today) - reported_on, n_updated, n_unique, n_total
FROM reports.user_events_history
WHERE event_date = '2020-12-08'
ORDER BY reported_on;

SELECT pg_temp.add_events('2020-12-08', 'anna', 2) \g /dev/null
SELECT pg_temp.add_events('2020-12-08', 'bert') \g /dev/null
SELECT results_eq('EXECUTE said', 'VALUES (0, 3::bigint, 2::bigint, 3::bigint)', 'loads of one day leave one row: the numbers at its end');
SELECT is_empty('TABLE reports.restatements', 'the first report of a day is no restatement, however late');
SELECT pg_temp.days_pass(3) \g /dev/null
SELECT reports.load_user_events_daily('2020-12-08') \g /dev/null
SELECT results_eq('EXECUTE said', 'VALUES (3, 3::bigint, 2::bigint, 3::bigint)', 'a load that changes nothing leaves no row');

SELECT pg_temp.add_events('2020-12-08', 'carl') \g /dev/null
SELECT results_eq(
    'EXECUTE said', 'VALUES (3, 3::bigint, 2::bigint, 3::bigint), (0, 4, 3, 4)', 'a day on which the numbers changed has one more'
);
SELECT results_eq(
    $$ SELECT event_date::text, (SELECT today FROM today) - restated_on, more_created, more_updated, more_deleted, more_unique, more_total, n_total
       FROM reports.restatements $$,
    $$ VALUES ('2020-12-08', 0, 0::bigint, 1::bigint, 0::bigint, 1::bigint, 1::bigint, 4::bigint) $$, 'it is a restatement, by that much'
);
SELECT results_eq(
    $$ SELECT n_total FROM reports.user_events_reported_on((SELECT today FROM today) - 1) $$, 'VALUES (3::bigint)',
    'the day before, the report had the old number'
);
SELECT is_empty($$ SELECT FROM reports.user_events_reported_on((SELECT today FROM today) - 4) $$, 'earlier it had none');
SELECT bag_eq(
    $$ SELECT * FROM reports.user_events_reported_on((SELECT today FROM today)) $$, 'TABLE reports.user_events_daily',
    'today it has the present one'
);

DELETE FROM raw.user_events WHERE user_id = 'carl';
SELECT reports.load_user_events_of_days(ARRAY[date '2020-12-08']) \g /dev/null
SELECT results_eq(
    'EXECUTE said', 'VALUES (3, 3::bigint, 2::bigint, 3::bigint)', 'a number that is taken back on the same day did not change'
);
DELETE FROM raw.user_events WHERE user_id = 'bert';
SELECT reports.load_user_events_of_days(ARRAY[date '2020-12-08']) \g /dev/null
SELECT results_eq(
    'SELECT more_updated, more_unique, more_total FROM reports.restatements', 'VALUES (-1::bigint, -1::bigint, -1::bigint)',
    'days that are counted together are noted as well, and fewer events are less than none'
);

SELECT pg_temp.days_pass(1) \g /dev/null
SELECT pg_temp.add_events('2020-12-08', 'bert') \g /dev/null
SELECT results_eq(
    'EXECUTE said', 'VALUES (4, 3::bigint, 2::bigint, 3::bigint), (1, 2, 1, 2), (0, 3, 2, 3)',
    'a number that comes back on another day is another one'
);

-- A day of this week: of it and of the next day are the events that belong to its first report.
INSERT INTO reports.user_events_daily
SELECT today - 2, 1, 0, 0, 1, 1 FROM today;
SELECT pg_temp.days_pass(2) \g /dev/null
UPDATE reports.user_events_daily SET n_created = 2, n_total = 2 WHERE event_date > '2020-12-08';
SELECT pg_temp.days_pass(1) \g /dev/null
SELECT results_eq(
    $$ SELECT restated_on FROM reports.restatements WHERE event_date > '2020-12-08' $$, 'SELECT NULL::date WHERE false',
    'what comes by the end of the next day is no restatement'
);
SELECT pg_temp.days_pass(-1) \g /dev/null
SELECT results_eq(
    $$ SELECT more_created, n_total FROM reports.restatements WHERE event_date > '2020-12-08' $$, 'VALUES (1::bigint, 2::bigint)',
    'what comes after it is one'
);
SELECT is_empty(
    $$ SELECT FROM pg_attribute WHERE attrelid = 'reports.user_events_history'::regclass AND attnum > 0 AND atttypid NOT IN ('date'::regtype, 'bigint'::regtype) $$,
    'there are numbers and days, and nothing that an erasure would have to reach'
);

SELECT * FROM finish();
ROLLBACK;
