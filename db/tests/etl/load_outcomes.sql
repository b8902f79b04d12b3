-- etl.load_outcomes: what failed in the last 24 hours, and what of it is still to load.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

CREATE FUNCTION pg_temp.fail(p_load_name text, p_day date, p_age interval, p_message text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO etl.load_failures (load_name, import_date, started_at, failed_at, sqlstate, message)
    VALUES (p_load_name, p_day, now() - p_age - interval '1 s', now() - p_age, 'XX000', p_message)
$$;
CREATE FUNCTION pg_temp.run(p_load_name text, p_day date, p_age interval, p_duration interval) RETURNS void LANGUAGE sql AS $$
    INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot)
    VALUES (p_load_name, p_day, now() - p_age, p_duration, 0, 0, '3:3:')
$$;
PREPARE outcomes AS
SELECT load_name, succeeded, failed, failure_rate, unresolved FROM etl.load_outcomes ORDER BY load_name DESC;
PREPARE unresolved AS
SELECT unresolved FROM etl.load_outcomes WHERE load_name = 'users_dim';

SELECT results_eq(
    'outcomes',
    $$ VALUES
        ('users_dim', 0::bigint, 0::bigint, 0::double precision, NULL),
        ('user_events_daily', 0, 0, 0, NULL)
    $$,
    'each load of a day, also when it never ran'
);
-- Events that no load has seen.
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-08', '3'), ('2020-12-09', '3'), ('2020-12-10', '3'), ('2020-12-11', '3');
SELECT pg_temp.fail('users_dim', '2020-12-08', '5 hours', 'one') \g /dev/null
SELECT pg_temp.fail('users_dim', '2020-12-09', '6 hours', 'two') \g /dev/null
SELECT pg_temp.fail('user_events_daily', '2020-12-10', '5 hours', 'three') \g /dev/null
SELECT pg_temp.fail('users_dim', '2020-12-11', '1 day', 'a day old') \g /dev/null
SELECT pg_temp.run('users_dim', '2020-12-11', '23 hours', '1 s') \g /dev/null
SELECT pg_temp.run('users_dim', '2020-12-11', '24 hours', '1 s') \g /dev/null
SELECT results_eq(
    'outcomes',
    $$ VALUES
        ('users_dim', 1::bigint, 2::bigint, 2.0::double precision / 3, '2020-12-09: two'),
        ('user_events_daily', 0, 1, 1, '2020-12-10: three')
    $$,
    'what is a day old does not count; of the others the last by number is told: clocks may be wrong'
);
SELECT pg_temp.run('user_events_daily', '2020-12-09', '1 hour', '1 s') \g /dev/null
SELECT results_eq('unresolved', ARRAY['2020-12-09: two'], 'another load resolves nothing');
SELECT pg_temp.run('users_dim', '2020-12-08', '5 hours 1 minute', '59 s') \g /dev/null
SELECT results_eq('unresolved', ARRAY['2020-12-09: two'], 'nor does one of another day');
SELECT pg_temp.run('users_dim', '2020-12-09', '1 hour', '1 s') \g /dev/null
SELECT results_eq('unresolved', ARRAY['2020-12-08: one'], 'the same load does, and the failure before is left; a run that ended before resolved nothing');
SELECT pg_temp.run('users_dim', '2020-12-08', '5 hours 1 minute', '61 s') \g /dev/null
SELECT results_eq('unresolved', ARRAY[NULL::text], 'one that ended since does, whenever it began');
SELECT results_eq(
    $$ SELECT succeeded, failed FROM etl.load_outcomes WHERE load_name = 'users_dim' $$, $$ VALUES (4::bigint, 2::bigint) $$,
    'what is resolved is counted all the same'
);
DELETE FROM etl.arrivals WHERE event_date = '2020-12-10';
SELECT bag_eq('SELECT unresolved FROM etl.load_outcomes', ARRAY[NULL, NULL]::text[], 'a day that is not to be loaded any more needs nobody');

SELECT * FROM finish();
ROLLBACK;
